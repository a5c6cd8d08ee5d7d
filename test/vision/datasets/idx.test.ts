import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DataError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { readIdx } from '../../../src/vision/datasets/idx.js';
import { ListFile } from '../../../src/vision/datasets/list-file.js';
import { idxBytes } from './idx-bytes.js';
import { put, temporaryFolder } from './temporary-folder.js';

test('an idx file is read, gzipped or not', async (t) => {
  const folder = await temporaryFolder(t);
  const bytes = idxBytes([2, 1, 3], [1, 2, 3, 4, 5, 6]);
  for (const content of [bytes, gzipSync(bytes)]) {
    const { shape, data } = await readIdx(await put(folder, 'a', content), 3);
    assert.deepEqual(
      [shape, [...data]],
      [
        [2, 1, 3],
        [1, 2, 3, 4, 5, 6],
      ],
    );
  }
});

test('a file that is missing, something else or damaged is refused with its numbers', async (t) => {
  const folder = await temporaryFolder(t);
  const bytes = idxBytes([2, 1, 3], [1, 2, 3, 4, 5, 6]);
  const packed = gzipSync(bytes);
  const refused: [Uint8Array, string][] = [
    [
      bytes.subarray(0, 20),
      "20 bytes, but the header's shape [2,1,3] needs 22; fetch the file again",
    ],
    [
      Buffer.concat([bytes, bytes]),
      "44 bytes, but the header's shape [2,1,3] needs 22; fetch the file again",
    ],
    [bytes.subarray(0, 9), 'cut short: 9 bytes, the header alone has 16'],
    [Buffer.alloc(0), 'not an idx file (starts with nothing, 00 00 08 03 is required)'],
    [Buffer.from('<html>'), 'not an idx file (starts with 3c 68 74 6d, 00 00 08 03 is required)'],
    [
      idxBytes([6], [1, 2, 3, 4, 5, 6]),
      'an idx file of element type 0x08 and 1 dimensions, type 0x08 (bytes) and 3 are required; ' +
        'are images and labels mixed up?',
    ],
    [
      packed.subarray(0, packed.length - 9),
      `the gzip stream of ${packed.length - 9} bytes is damaged or cut short (unexpected end of file); ` +
        'fetch the file again',
    ],
  ];
  for (const [content, detail] of refused) {
    const path = await put(folder, 'bad', content);
    await assert.rejects(readIdx(path, 3), {
      name: 'DataError',
      path,
      message: `${path}: ${detail}`,
    });
  }
  rmSync(`${folder}/bad`);
  await assert.rejects(readIdx(`${folder}/bad`, 3), {
    message: `${folder}/bad: there is no such file`,
  });
  await assert.rejects(readIdx(folder, 3), {
    message: `${folder}: is a folder, a file is required`,
  });
});

test('a header that promises more than there is costs no memory', async (t) => {
  const folder = await temporaryFolder(t);
  const path = await put(folder, 'huge', idxBytes([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]));
  await assert.rejects(readIdx(path, 3), DataError);
});

test('random damage gives data or a DataError with the path, nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  const rng = new Rng(2);
  const bytes = idxBytes(
    [5, 4, 4],
    Array.from({ length: 80 }, () => rng.int(256)),
  );
  const originals = [bytes, gzipSync(bytes)];
  let refused = 0;
  for (let round = 0; round < 100; round++) {
    const copy = Buffer.from(originals[round % 2] ?? '');
    for (let k = rng.int(3); k >= 0; k--) copy[rng.int(30)] = rng.int(256);
    const path = await put(
      folder,
      `${round}`,
      rng.bool(0.2) ? copy.subarray(0, rng.int(60)) : copy,
    );
    const outcome = await readIdx(path, 3).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) continue;
    assert.ok(outcome instanceof DataError && outcome.path === path, `round ${round}: ${outcome}`);
    refused++;
  }
  assert.ok(refused > 50, `${refused} of 100 were refused`);
});

test('a gzip stream is inflated as far as the header announces, and no further', async (t) => {
  const folder = await temporaryFolder(t);
  const header = idxBytes([2, 1, 3], []);
  const bomb = await put(
    folder,
    'bomb.gz',
    gzipSync(Buffer.concat([header, Buffer.alloc(2 ** 27)])),
  );
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(readIdx(bomb, 3), {
    name: 'DataError',
    message: `${bomb}: its gzip stream holds more than its header announces`,
  });
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 26);
  const vast = idxBytes([60_000, 1000, 1000], []);
  const announced = await put(folder, 'vast.gz', gzipSync(vast));
  await assert.rejects(readIdx(announced, 3), {
    message: `${announced}: announces 60000000016 bytes, which ${gzipSync(vast).length} gzipped ones cannot hold; fetch it again`,
  });
});

test('what is no regular file is refused', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await temporaryFolder(t);
  const pipe = join(folder, 'train-images-idx3-ubyte');
  execFileSync('mkfifo', [pipe]);
  const message = 'is a pipe or a device, a regular file is required';
  await assert.rejects(readIdx(pipe, 3), { message: `${pipe}: ${message}` });
  await assert.rejects(ListFile.open(pipe), { message: `${pipe}: ${message}` });
  await assert.rejects(readIdx(folder, 3), {
    message: `${folder}: is a folder, a file is required`,
  });
});
