import { stat } from 'node:fs/promises';
import { DataError } from '../core/errors.js';
import { systemReason } from '../core/system-reason.js';
import { isReadableHere } from '../vision/codecs/image-file.js';
import { picturesIn } from '../vision/datasets/image-files.js';
import { expandGlob, isGlob } from './expand-glob.js';

/** The picture files that a path names: itself, those of a pattern, or those in a folder and below, by name. @throws DataError where that is nothing */
export async function picturesOf(path: string): Promise<string[]> {
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (!(there instanceof Error)) return there.isDirectory() ? await picturesIn(path) : [path];
  if (there.code !== 'ENOENT')
    throw new DataError(path, `cannot be read (${systemReason(there)})`, { cause: there });
  if (!isGlob(path)) throw new DataError(path, 'there is no such file or folder', { cause: there });
  const found: string[] = [];
  for (const file of await expandGlob(path)) if (await isReadableHere(file)) found.push(file);
  if (found.length > 0) return found;
  throw new DataError(path, 'matches no pictures that can be read, by their endings');
}
