/**
 * Where a file lies while it arrives. A part that waits for its next download is `<path>.part`; while somebody fills it, the
 * name says who: whoever renames it has it alone, so that two downloads of one file never write into one part.
 */
import { readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAbandoned, tagPattern, writerTag } from '../../../io/writer-tag.js';

/** The name of a part that nobody else writes: of the one that an earlier download of `path` left, or of none yet. */
export async function claimPart(path: string): Promise<string> {
  const own = `${path}.${writerTag()}.part`;
  for (const left of [`${path}.part`, ...(await abandonedParts(path))])
    if (await moved(left, own)) break;
  return own;
}

/** Leaves a part for the next download. */
export async function leavePart(path: string, part: string): Promise<void> {
  await moved(part, `${path}.part`);
}

/** Parts of processes that were killed. */
async function abandonedParts(path: string): Promise<string[]> {
  const start = `${basename(path)}.`;
  const rest = new RegExp(`^(${tagPattern})\\.part$`);
  const found: string[] = [];
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const tag = name.startsWith(start) ? rest.exec(name.slice(start.length))?.[1] : undefined;
    const part = join(dirname(path), name);
    if (tag !== undefined && (await isAbandoned(tag, part))) found.push(part);
  }
  return found;
}

/** Whether `from` was there, and was not taken by somebody else meanwhile. */
function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}
