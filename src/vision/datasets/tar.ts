/** Unpacks the regular files of a tar archive: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError } from '../../core/errors.js';
import { makeFolders } from '../../core/make-folders.js';
import { quote } from '../../core/outside-text.js';

const BLOCK = 512;

/** More files than any archive here has. */
const MAX_FILES = 1000;

/** One file in an archive. */
export interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** The regular files of the archive in `bytes`; everything else in it is passed over. `path` is for messages. */
export function* tarEntries(path: string, bytes: Buffer): Generator<TarEntry> {
  for (let offset = 0; offset + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(offset, offset + BLOCK);
    if (header[0] === 0) return; // the end is marked by empty blocks
    const name = field(header, 0, 100);
    const size = Number.parseInt(field(header, 124, 12).trim() || '0', 8);
    const start = offset + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0 || checksum(header) !== storedChecksum(header))
      throw new DataError(path, `damaged tar archive at byte ${offset}; fetch it again`);
    if (start + size > bytes.length)
      throw new DataError(
        path,
        `cut short: ${quote(name)} has ${size} bytes, ${bytes.length - start} are left; fetch it again`,
      );
    const type = String.fromCharCode(header[156] ?? 0);
    // Old archives mark a folder by the slash at the end of its name alone.
    if ((type === '0' || type === '\0') && !name.endsWith('/'))
      yield { name, content: bytes.subarray(start, start + size) };
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/**
 * Writes the archive's files, without the folders they are in, into `folder`, each of them whole, and none if the archive
 * is damaged or holds names that are not plain. It can therefore write nowhere else.
 */
export async function unpackTar(path: string, bytes: Buffer, folder: string): Promise<void> {
  const temporary = join(dirname(folder), `.${randomUUID()}.tmp`);
  try {
    await makeFolders(temporary);
    for (const [name, content] of flatFiles(path, bytes))
      await writeFile(join(temporary, name), content);
    await makeFolders(folder);
    for (const name of await readdir(temporary))
      await rename(join(temporary, name), join(folder, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The files by their names without folders, which must be plain names, each for one file. */
function flatFiles(path: string, bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const { name, content } of tarEntries(path, bytes)) {
    const flat = name.split('/').at(-1) ?? '';
    if (!/^\w[\w.-]*$/.test(flat) || files.has(flat))
      throw new DataError(
        path,
        files.has(flat)
          ? `holds two files named ${quote(flat)}; fetch it again`
          : `holds a file named ${quote(name)}, which is no name of a file; fetch it again`,
      );
    files.set(flat, content);
    if (files.size > MAX_FILES)
      throw new DataError(path, `holds more than ${MAX_FILES} files; fetch it again`);
  }
  return files;
}

function field(header: Buffer, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

function storedChecksum(header: Buffer): number {
  return Number.parseInt(field(header, 148, 8).trim(), 8);
}

/** The sum of the header's bytes, its checksum field counted as blanks. */
function checksum(header: Buffer): number {
  let sum = 0;
  header.forEach((byte, i) => {
    sum += i >= 148 && i < 156 ? 0x20 : byte;
  });
  return sum;
}
