import { open, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../core/errors.js';
import { makeFolders } from '../core/make-folders.js';
import { systemReason } from '../core/system-reason.js';
import { isAbandoned, otherWriter, tagPattern, writerTag } from './writer-tag.js';

export interface WriteOptions {
  /** Make the folders that `path` needs. Off where a folder that is gone says that somebody removed it. @default true */
  readonly makeFolders?: boolean;
  /** Called with the temporary name, before the older file is replaced: where it throws, that one stays. */
  readonly check?: (temporary: string) => Promise<void>;
}

/**
 * Writes a file whole or not at all: under a temporary name beside it, flushed to disk, then renamed over `path`; the
 * new name is on disk, too, when it returns. Where `path` is a link, the file that it leads to is replaced.
 *
 * @throws DataError with the reason (no space, no permission, a device or pipe in its place); an older file at `path` is
 *   then still whole
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  { makeFolders: wanted = true, check }: WriteOptions = {},
): Promise<void> {
  const target = await replaceable(path);
  const temporary = join(dirname(target), temporaryName(basename(target)));
  try {
    if (wanted) await makeFolders(dirname(target));
    const file = await open(temporary, 'wx');
    try {
      if (Array.isArray(content)) for (const part of content) await file.writeFile(part);
      else await file.writeFile(content as string | Uint8Array); // Array.isArray does not narrow readonly arrays
      await file.sync();
    } finally {
      await file.close();
    }
    await check?.(temporary);
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {}); // What went wrong is told below.
    throw new DataError(path, `cannot be written (${systemReason(cause)}); nothing was changed`, {
      cause,
    });
  }
}

/** Where the file is, links followed. A name for a device or a pipe is not for a file: renaming over it would take it from everybody. */
async function replaceable(path: string): Promise<string> {
  const there = await stat(path).catch(() => null);
  if (there === null) return path;
  if (!there.isFile() && !there.isDirectory())
    throw new DataError(path, 'is a device or a pipe, not a file; give the name of a file');
  return await realpath(path);
}

/** Flushes the names in a folder to disk, where the system lets folders be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  try {
    await folder.sync().catch(() => {}); // some file systems have no such thing
  } finally {
    await folder.close();
  }
}

/** The start of the file's own name, and who is writing. */
export function temporaryName(file: string): string {
  return `.${file.slice(0, 40)}.${writerTag()}.tmp`;
}

const temporaryPattern = new RegExp(`^\\..*\\.(${tagPattern})\\.tmp$`);

/** Removes what dead processes have left of `writeFileAtomic` and `writeStaged` in a folder; where that is not allowed, it stays. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const tag = temporaryPattern.exec(name)?.[1];
    const path = join(folder, name);
    if (tag !== undefined && (await isAbandoned(tag, path)))
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** A folder that this process has marked as its own. */
export interface FolderMark {
  remove(): Promise<void>;
}

/**
 * Marks a folder as in use by this process, with a file that `removeLeftovers` takes away once the process has ended.
 * Returns the number of another process of this machine instead, where that has marked it by the same name.
 */
export async function markFolder(folder: string, name: string): Promise<FolderMark | number> {
  const own = temporaryName(name);
  const path = join(folder, own);
  await writeFile(path, '');
  const remove = () => rm(path, { force: true });
  await removeLeftovers(folder);
  for (const file of await readdir(folder)) {
    const tag = file.startsWith(`.${name}.`) ? temporaryPattern.exec(file)?.[1] : undefined;
    const other = tag === undefined ? null : otherWriter(tag);
    if (other === null) continue;
    await remove();
    return other;
  }
  return { remove };
}

/** Whether a process that lives has marked the folder by this name. */
export async function isMarked(folder: string, name: string): Promise<boolean> {
  for (const file of await readdir(folder).catch(() => [])) {
    const tag = file.startsWith(`.${name}.`) ? temporaryPattern.exec(file)?.[1] : undefined;
    if (tag !== undefined && !(await isAbandoned(tag, join(folder, file)))) return true;
  }
  return false;
}
