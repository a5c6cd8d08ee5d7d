import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Lets all other threads go first, where the system has threads with priorities of their own (Linux). */
export function takeLowestPriority(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // It takes its share of the cores, as any thread does.
  }
}
