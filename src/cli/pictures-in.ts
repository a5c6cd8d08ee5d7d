import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors.js';
import { isReadableHere } from '../vision/codecs/image-file.js';

/** The picture files that are named, and those in the folders that are named and below, by name. @throws DataError for what is not there */
export async function picturesIn(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(picturesOf));
  return found.flat();
}

async function picturesOf(path: string): Promise<string[]> {
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(
      path,
      cause.code === 'ENOENT'
        ? 'there is no such file or folder'
        : `cannot be read (${cause.code})`,
      { cause },
    );
  });
  if (!there.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries)
    if (entry.isFile() && !entry.name.startsWith('.') && (await isReadableHere(entry.name)))
      files.push(join(entry.parentPath, entry.name));
  if (files.length === 0)
    throw new DataError(path, 'holds no pictures that can be read, by their endings');
  return files.sort();
}
