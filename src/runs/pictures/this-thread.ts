import { readFileSync, readlinkSync } from 'node:fs';
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

/**
 * Milliseconds that this thread has worked since it began: time on a core, where the system tells it of one thread
 * (Linux), and else all that has passed, of which a thread of usual priority works most.
 */
export function workedMs(): number {
  return coreMs() || performance.now();
}

/** 0 where the system does not tell. */
function coreMs(): number {
  try {
    const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return 0;
  }
}
