import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors.js';
import { systemReason } from '../core/system-reason.js';
import { isReadableHere } from '../vision/codecs/image-file.js';
import { expandGlob, isGlob } from './expand-glob.js';

/** The picture files that a path names: itself, those of a pattern, or those in a folder and below, by name. @throws DataError where that is nothing */
export async function picturesOf(path: string): Promise<string[]> {
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (there instanceof Error) {
    if (there.code !== 'ENOENT')
      throw new DataError(path, `cannot be read (${systemReason(there)})`, { cause: there });
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
