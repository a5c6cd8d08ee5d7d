import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors.js';
import { systemReason } from '../core/system-reason.js';
import { isReadableHere } from '../vision/codecs/image-file.js';
import { expandGlob, isGlob } from './expand-glob.js';

/** The picture files that are named, those of patterns, and those in the folders that are named and below, by name. @throws DataError for what is not there */
export async function picturesIn(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(picturesOf));
  return found.flat();
}

/** What one path names. @throws DataError where that is nothing */
export async function picturesOf(path: string): Promise<string[]> {
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (there instanceof Error) {
    if (there.code !== 'ENOENT')
      throw new DataError(path, `cannot be read (${systemReason(there)})`, { cause: there });
    if (path === '-')
      throw new DataError(path, 'pictures are not read from stdin here; name files or folders');
    if (!isGlob(path))
      throw new DataError(path, 'there is no such file or folder', { cause: there });
    return required(path, await readable(await expandGlob(path)), 'matches');
  }
  if (!there.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
  return required(path, (await readable(files)).sort(), 'holds');
}

async function readable(files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) if (await isReadableHere(file)) found.push(file);
  return found;
}

function required(path: string, files: string[], verb: string): string[] {
  if (files.length > 0) return files;
  throw new DataError(path, `${verb} no pictures that can be read, by their endings`);
}
