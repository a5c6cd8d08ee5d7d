/** The index of a cache on disk: where in `pixels.bin` each picture is, with checksums of the pixels and of the index itself. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { DataError } from '../../../core/errors.js';
import { checkJson, readJson } from '../../../io/json-file.js';
import type { Channels, Image } from '../../image.js';

const whole = z.int().nonnegative();

/** Place, height, width, checksum. */
const entrySchema = z.tuple([whole, z.int().positive(), z.int().positive(), whole]).nullable();

const schema = z.object({
  format: z.literal('wick-images/2'),
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Of `pixels.bin`. */
  bytes: whole,
  entries: z.array(entrySchema),
  /** SHA-256 of the fields above. */
  sha256: z.string(),
});

/** A picture's place in `pixels.bin`, size and checksum; null where the file could not be used. */
export type DiskEntry = z.infer<typeof entrySchema>;

export interface DiskIndex {
  readonly channels: Channels;
  readonly bytes: number;
  readonly entries: readonly DiskEntry[];
}

/** The most bytes that the entry of one picture has, and all else. */
const entryBytes = 64;
const otherBytes = 1000;

export async function writeIndex(path: string, index: DiskIndex): Promise<void> {
  const { channels, bytes, entries } = index;
  const content = { format: 'wick-images/2', channels, bytes, entries, sha256: sumOf(index) };
  await writeFile(path, JSON.stringify(content));
}

/** @throws DataError when it is not as it was written, or not of `count` pictures */
export async function readIndex(path: string, count: number): Promise<DiskIndex> {
  const index = checkJson(
    path,
    schema,
    await readJson(path, otherBytes + entryBytes * count),
    'the cache is damaged',
  );
  if (index.entries.length !== count || index.sha256 !== sumOf(index))
    throw new DataError(path, 'is not as it was written; the cache is damaged');
  return index;
}

/** The checksum of a picture at its place in the list: the pixels of another picture, or of a turned one, have another. */
export function checksumOf({ height, width, data }: Image, index: number): number {
  return crc32(data, crc32(`${index} ${height} ${width}`));
}

function sumOf({ channels, bytes, entries }: DiskIndex): string {
  return createHash('sha256')
    .update(JSON.stringify([channels, bytes, entries]))
    .digest('hex');
}
