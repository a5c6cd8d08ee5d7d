import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { DataError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { decode } from '../../../src/vision/codecs/decode.js';
import { readImageHeader } from '../../../src/vision/codecs/header.js';
import { CIFAR10 } from '../../../src/vision/datasets/cifar10.js';
import { FER2013 } from '../../../src/vision/datasets/fer2013.js';
import { readIdx } from '../../../src/vision/datasets/idx.js';
import { ListFile } from '../../../src/vision/datasets/list-file.js';
import { unpackTar } from '../../../src/vision/datasets/tar.js';
import { exifBytes, webpWithExif, withChunk, withSegment } from '../codecs/exif-bytes.js';
import { folder as goldens } from '../transforms/goldens.js';
import { idxBytes } from './idx-bytes.js';
import { tarFile } from './tar-file.js';

/** A kind of file, a good one of it, and what reads it. */
interface Kind {
  readonly name: string;
  readonly good: Uint8Array;
  read(path: string, folder: string): Promise<unknown>;
}

async function makeKinds(): Promise<Kind[]> {
  const rng = new Rng(11);
  const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, () => rng.int(256));
  const picture = () => sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } });
  const idx = idxBytes([4, 5, 5], pixels.subarray(0, 100));
  const face = Array.from(pixels.subarray(0, 2304)).join(' ');
  const grey = () => picture().toColourspace('b-w');
  const exif = exifBytes(6, { order: 'MM', bytes: 4 });
  const image = { height: 30, width: 40 } as const;
  const raster = Buffer.from(pixels.subarray(0, 1200));
  const readImages = (path: string) => readIdx(path, 3);
  const readCifar = (_: string, folder: string) => CIFAR10.open(folder, { split: 'test' });
  const record = Buffer.concat([Uint8Array.of(3), pixels.subarray(0, 3072)]);
  return [
    ...Object.entries({
      'a.jpg': withSegment(await picture().jpeg().toBuffer(), 0xe1, exif, 'first'),
      'b.jpg': await picture().jpeg({ progressive: true }).toBuffer(),
      'c.jpg': await grey().jpeg().toBuffer(),
      'd.jpg': await picture().toColourspace('cmyk').jpeg().toBuffer(),
      'a.png': withChunk(await picture().png().toBuffer(), 'eXIf', exif, 'last'),
      'b.png': await picture().png({ palette: true }).toBuffer(),
      'c.png': await picture().toColourspace('rgb16').png().toBuffer(),
      'a.webp': await picture().webp().toBuffer(),
      'b.webp': webpWithExif(await picture().webp({ lossless: true }).toBuffer(), image, exif),
      'a.gif': await picture().gif().toBuffer(),
      'a.tif': await picture()
        .withMetadata({ orientation: 8 })
        .tiff({ compression: 'lzw' })
        .toBuffer(),
      'b.tif': await grey().tiff({ compression: 'deflate', tile: true }).toBuffer(),
      'c.tif': await picture().tiff({ compression: 'jpeg' }).toBuffer(),
      'a.avif': await picture().avif({ effort: 0 }).toBuffer(),
      'a.bmp': readFileSync(join(goldens, 'rgb24.bmp')),
      'b.bmp': readFileSync(join(goldens, 'bits.bmp')),
      'a.ppm': Buffer.concat([Buffer.from('P6 20 20 255\n'), raster]),
      'b.ppm': Buffer.from(`P3\n# made\n20 20\n100\n${raster.map((v) => v % 101).join(' ')}`),
      'a.pgm': Buffer.concat([Buffer.from('P5 20 30 65535\n'), raster]),
      'a.pbm': Buffer.concat([Buffer.from('P4 64 150\n'), raster]),
    }).map(([name, good]) => ({ name, good, read: readPicture })),
    { name: 'a.tar', good: tarOf(raster), read: readTar },
    { name: 'a-idx3-ubyte', good: idx, read: readImages },
    { name: 'a-idx3-ubyte.gz', good: gzipSync(idx), read: readImages },
    { name: 'test_batch.bin', good: Buffer.concat([record, record]), read: readCifar },
    {
      name: 'a.csv',
      good: Buffer.from('path,label\n"a, b.png",cat\nc.png,dog\n"d ""e"".png",cat\n'),
      read: (path) => ListFile.open(path),
    },
    {
      name: 'a.txt',
      good: Buffer.from('a b.png 0\nc.png 1\nd.png 2\n'),
      read: (path) => ListFile.open(path),
    },
    {
      name: 'fer2013.csv',
      good: Buffer.from(`emotion,pixels,Usage\n0,${face},Training\n`),
      read: (_, folder) => FER2013.open(folder),
    },
  ];
}

/** Decodes a picture, and compares its size with what the header announced. */
async function readPicture(path: string): Promise<void> {
  const maxPixels = 2_000_000; // what a larger one takes is measured elsewhere
  const image = await decode(path, { maxPixels });
  const header = readImageHeader(readFileSync(path));
  const sides = [header?.height, header?.width];
  if ((header?.orientation ?? 1) >= 5) sides.reverse();
  // A GIF's canvas grows with its frames.
  if (!path.endsWith('.gif')) assert.deepEqual([image.height, image.width], sides);
}

/** An archive of two files. */
function tarOf(content: Buffer): Buffer {
  return Buffer.concat(['a.bin', 'd/b.bin'].map((name) => tarFile(name, content)));
}

async function readTar(path: string, folder: string): Promise<void> {
  await unpackTar(path, readFileSync(path), join(folder, 'unpacked'));
  await rm(join(folder, 'unpacked'), { recursive: true });
}

/** Damages bytes in one of the ways in which files get damaged. */
function mutate(good: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.int(good.length);
  const length = 1 + rng.int(Math.min(64, good.length));
  const ways: readonly (() => Uint8Array)[] = [
    () => good.subarray(0, at),
    () => Buffer.concat([good.subarray(0, at), good.subarray(at + length)]),
    () => Buffer.concat([good.subarray(0, at), good.subarray(0, length), good.subarray(at)]),
    () => good.map((byte, i) => (i >= at && i < at + length ? 0 : byte)),
    () => good.map((byte) => (rng.bool(0.01) ? rng.int(256) : byte)),
    () => good.map((byte, i) => (i < 64 && rng.bool(0.1) ? rng.int(256) : byte)),
    () => good.map((byte, i) => (i === at ? byte ^ (1 << rng.int(8)) : byte)),
    () => good.map((byte, i) => (i >= at && i < at + 4 ? 0xff : byte)),
  ];
  return (ways[rng.int(ways.length)] as () => Uint8Array)();
}

export interface MutationSummary {
  /** Files that were refused with a DataError. */
  readonly refused: number;
  /** Files that could be read all the same. */
  readonly read: number;
  /** What must not be: an error of another kind or without the file's path. */
  readonly wrong: readonly string[];
  readonly slowestMs: number;
}

/** Reads `count` damaged files of all kinds in turn. */
export async function readMutatedFiles(count: number, seed: number): Promise<MutationSummary> {
  const kinds = await makeKinds();
  const folder = await mkdtemp(join(tmpdir(), 'wick-mutated-'));
  const wrong: string[] = [];
  let refused = 0;
  let read = 0;
  let slowestMs = 0;
  try {
    for (let round = 0; round < count; round++) {
      const kind = kinds[round % kinds.length] as Kind;
      const path = join(folder, kind.name);
      await writeFile(path, mutate(kind.good, new Rng(seed, 0, round)));
      const start = performance.now();
      try {
        await kind.read(path, folder);
        read++;
      } catch (error) {
        if (error instanceof DataError && error.path === path) refused++;
        else wrong.push(`round ${round}, ${kind.name}: ${error}`);
      }
      slowestMs = Math.max(slowestMs, performance.now() - start);
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { refused, read, wrong, slowestMs };
}
