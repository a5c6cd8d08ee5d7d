import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { DataError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { decode } from '../../../src/vision/codecs/decode.js';
import { CIFAR10 } from '../../../src/vision/datasets/cifar10.js';
import { FER2013 } from '../../../src/vision/datasets/fer2013.js';
import { readIdx } from '../../../src/vision/datasets/idx.js';
import { ListFile } from '../../../src/vision/datasets/list-file.js';
import { idxBytes } from './idx-bytes.js';

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
  const open = (path: string) => decode(path);
  const readImages = (path: string) => readIdx(path, 3);
  const readCifar = (_: string, folder: string) => CIFAR10.open(folder, { split: 'test' });
  const record = Buffer.concat([Uint8Array.of(3), pixels.subarray(0, 3072)]);
  return [
    { name: 'a.jpg', good: await picture().jpeg().toBuffer(), read: open },
    { name: 'b.jpg', good: await picture().jpeg({ progressive: true }).toBuffer(), read: open },
    { name: 'a.png', good: await picture().png().toBuffer(), read: open },
    { name: 'b.png', good: await picture().png({ palette: true }).toBuffer(), read: open },
    { name: 'a.webp', good: await picture().webp().toBuffer(), read: open },
    { name: 'a.gif', good: await picture().gif().toBuffer(), read: open },
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
