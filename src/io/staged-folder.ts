/** Several files that belong together, in a folder that people may have already: all of them, or none. */
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError, WickError } from '../core/errors.js';
import { makeFolders } from '../core/make-folders.js';
import { systemReason } from '../core/system-reason.js';
import { temporaryName } from './atomic.js';

export interface StagedOrder {
  /** The file that comes to its place after all others. */
  readonly last: string;
  /** Files of an earlier writing: those that are not written anew are removed. @default [] */
  readonly former?: readonly string[];
}

/**
 * Lets `write` make files in an empty folder within `folder`, which is made where it is missing, then moves them to their places.
 * Where writing fails, `folder` is as it was before.
 *
 * @throws DataError with the reason (no space, no permission); what `write` throws for other reasons
 */
export async function writeStaged(
  folder: string,
  { last, former = [] }: StagedOrder,
  write: (staging: string) => Promise<void>,
): Promise<void> {
  const staging = join(folder, temporaryName(basename(folder)));
  let made: string | undefined;
  try {
    made = await makeFolders(folder);
    await mkdir(staging);
    await write(staging);
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => {}); // what went wrong is told below
    if (made !== undefined) await removeEmpty(folder, made);
    throw asDataError(error, folder, '; nothing was changed');
  }
  try {
    const names = await readdir(staging);
    const ordered = [...names.filter((name) => name !== last), last];
    for (const name of ordered) await rename(join(staging, name), join(folder, name));
    for (const name of former)
      if (!names.includes(name)) await rm(join(folder, name), { force: true });
    await rmdir(staging);
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => {});
    throw asDataError(error, folder, '; some of its files may be new, others old');
  }
}

/** Removes folders from `folder` up to `uppermost`, as long as nothing is in them. */
async function removeEmpty(folder: string, uppermost: string): Promise<void> {
  for (let at = folder; ; at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false, // somebody has put something there
    );
    if (!removed || at === uppermost || at === dirname(at)) return;
  }
}

/** What the system refused, told of the folder that people know. */
function asDataError(error: unknown, folder: string, ending: string): unknown {
  const cause = error instanceof WickError ? error.cause : error;
  if (!(cause instanceof Error && 'syscall' in cause)) return error;
  return new DataError(folder, `cannot be written (${systemReason(cause)})${ending}`, { cause });
}
