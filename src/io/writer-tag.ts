/** Names of unfinished files that say who is writing them: what a killed process leaves is told from what a live one needs. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Process numbers mean something on one machine (or in one container) only. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
let made = 0;

/** `<machine>-<process>-<number>`, another one at each call. */
export function writerTag(): string {
  return `${host}-${process.pid}-${++made}`;
}

/** What a writer's tag looks like, as part of a pattern of names. */
export const tagPattern = '[0-9a-f]{8}-\\d+-\\d+';

/** From this age on nobody is writing a file any more, whoever began it. */
const longAgoMs = 24 * 3600 * 1000;

/** Whether nobody writes the file at `path` any more, which has a `tag` in its name. */
export async function isAbandoned(tag: string, path: string): Promise<boolean> {
  const [writtenOn, pid] = tag.split('-');
  return writtenOn === host ? !isAlive(Number(pid)) : await isOld(path);
}

/** The process of this machine that has the tag; null where that is this one, or the machine another. */
export function otherWriter(tag: string): number | null {
  const [writtenOn, pid] = tag.split('-');
  return writtenOn === host && Number(pid) !== process.pid ? Number(pid) : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isOld(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => null);
  return status !== null && Date.now() - status.mtimeMs > longAgoMs;
}
