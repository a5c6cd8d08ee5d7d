import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { CIFAR10 } from '../../../src/vision/datasets/cifar10.js';
import { FER2013 } from '../../../src/vision/datasets/fer2013.js';
import { tarEntries, unpackTar } from '../../../src/vision/datasets/tar.js';
import { tarFile } from './tar-file.js';
import { put, temporaryFolder } from './temporary-folder.js';

const cifar = join(homedir(), '.cache/wick/datasets/cifar-10-batches-bin');
const batches = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`);

/** Planes of picture `i`: red i, green i + 1, blue 2, 3, 4, … */
function planes(i: number): Buffer {
  return Buffer.concat([
    Buffer.alloc(1024, i),
    Buffer.alloc(1024, i + 1),
    Buffer.from(Array.from({ length: 1024 }, (_, p) => (p + 2) % 256)),
  ]);
}

const record = (label: number, i: number) => Buffer.concat([Buffer.from([label]), planes(i)]);

/** A batch as Python 2 pickled it. */
function pickledBatch(count: number): Buffer {
  const data = Buffer.concat(Array.from({ length: count }, (_, i) => planes(i)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  const labels = Array.from({ length: count }, (_, i) => `K${String.fromCharCode(i)}a`).join('');
  const shape = `(K${String.fromCharCode(count)}M\x00\x0ct`;
  return Buffer.concat([
    Buffer.from(
      '\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R' +
        `(K\x01${shape}cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb` +
        '\x89T',
      'latin1',
    ),
    length,
    data,
    Buffer.from(`tbU\x06labels]${labels}u.`, 'latin1'),
  ]);
}

test('the binary version: pictures are turned from planes to pixels', async (t) => {
  const folder = await temporaryFolder(t);
  await put(
    folder,
    'cifar-10-batches-bin/test_batch.bin',
    Buffer.concat([record(3, 10), record(9, 20)]),
  );
  const dataset = await CIFAR10.open(folder, { split: 'test' });
  assert.deepEqual([dataset.length, ...dataset.targets], [2, 3, 9]);
  assert.equal(dataset.classes[3], 'cat');
  assert.deepEqual([...dataset.image(1).data.subarray(0, 9)], [20, 21, 2, 20, 21, 3, 20, 21, 4]);
  const [x] = dataset.get(1);
  assert.deepEqual([x.shape, x.data[2048]], [[3, 32, 32], Math.fround(2 / 255)]);
  assert.deepEqual(dataset.notes, [
    `${folder}/cifar-10-batches-bin/test_batch.bin holds 2 images, the published one 10000`,
  ]);
});

test('the Python version gives the same samples', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of batches) {
    await put(folder, `py/cifar-10-batches-py/${name}`, pickledBatch(3));
    await put(folder, `bin/${name}.bin`, Buffer.concat([0, 1, 2].map((i) => record(i, i))));
  }
  const python = await CIFAR10.open(join(folder, 'py'));
  const binary = await CIFAR10.open(join(folder, 'bin'));
  assert.equal(python.length, 15);
  assert.equal(await python.fingerprint(), await binary.fingerprint());
});

test('damaged batches are refused with their numbers', async (t) => {
  const folder = await temporaryFolder(t);
  const refused: [string, Uint8Array | string, string][] = [
    [
      'test_batch.bin',
      record(1, 1).subarray(1),
      '3072 bytes, a multiple of 3073 (class number and 3×32×32 bytes) is required; fetch it again',
    ],
    [
      'test_batch.bin',
      '',
      '0 bytes, a multiple of 3073 (class number and 3×32×32 bytes) is required; fetch it again',
    ],
    [
      'test_batch.bin',
      Buffer.concat([record(1, 1), record(10, 1)]),
      'label 10 of image 1 is out of range, 0 to 9 are required',
    ],
    ['test_batch', 'K\x01.', "no batch of CIFAR-10: a dict with 'data' and 'labels' is required"],
    ['test_batch', pickledBatch(0), 'no images; fetch it again'],
  ];
  for (const [i, [name, content, detail]] of refused.entries()) {
    const path = await put(folder, `${i}/${name}`, content);
    await assert.rejects(CIFAR10.open(join(folder, `${i}`), { split: 'test' }), {
      name: 'DataError',
      path,
      message: `${path}: ${detail}`,
    });
  }
  await assert.rejects(CIFAR10.open(join(folder, 'none')), (error: Error) => {
    for (const place of [
      'none (does not exist)',
      'none/cifar-10-batches-bin',
      'none/cifar-10-batches-py',
    ])
      assert.ok(error.message.includes(join(folder, place)), error.message);
    return true;
  });
});

test('a batch with random damage gives images or a DataError', async (t) => {
  const folder = await temporaryFolder(t);
  const rng = new Rng(3);
  const good = { 'test_batch.bin': record(1, 1), test_batch: pickledBatch(2) };
  let refused = 0;
  for (let round = 0; round < 60; round++) {
    const name = round % 2 === 0 ? 'test_batch' : 'test_batch.bin';
    const bytes = Buffer.from(good[name]);
    for (let k = rng.int(3); k >= 0; k--)
      bytes[rng.int(Math.min(200, bytes.length))] = rng.int(256);
    const cut = rng.bool(0.3) ? bytes.subarray(0, rng.int(bytes.length)) : bytes;
    const path = await put(folder, `${round}/${name}`, cut);
    const outcome = await CIFAR10.open(join(folder, `${round}`), { split: 'test' }).catch(
      (e: unknown) => e,
    );
    if (!(outcome instanceof Error)) continue;
    assert.ok(outcome instanceof DataError && outcome.path === path, `round ${round}: ${outcome}`);
    refused++;
  }
  assert.ok(refused > 20, `${refused} of 60 were refused`);
});

test('a tar archive unpacks its files flat, and nowhere else; links and folders are passed over', async (t) => {
  const folder = await temporaryFolder(t);
  const bytes = Buffer.concat([
    tarFile('dir/', '', '5'),
    tarFile('dir/a.bin', 'abc'),
    tarFile('../../evil', 'x'.repeat(600)),
    tarFile('link', '', '2'),
    Buffer.alloc(1024),
  ]);
  await unpackTar('x.tar', bytes, join(folder, 'out'));
  assert.equal(await readFile(join(folder, 'out/a.bin'), 'utf8'), 'abc');
  assert.equal((await readFile(join(folder, 'out/evil'), 'utf8')).length, 600);
  const damaged = Buffer.from(bytes);
  damaged[3] = 1;
  assert.throws(() => [...tarEntries('x.tar', damaged)], {
    message: 'x.tar: damaged tar archive at byte 0; fetch it again',
  });
  assert.throws(() => [...tarEntries('x.tar', bytes.subarray(0, 2100))], {
    message: "x.tar: cut short: '../../evil' has 600 bytes, 52 are left; fetch it again",
  });
});

test('a tar archive with a name that is none is refused, and nothing is written', async (t) => {
  const folder = await temporaryFolder(t);
  const good = tarFile('dir/a.bin', 'abc');
  const cases: [string, Buffer[]][] = [
    ["holds a file named '..', which is no name of a file; fetch it again", [tarFile('..', 'x')]],
    ["holds a file named 'a/.', which is no name of a file; fetch it again", [tarFile('a/.', 'x')]],
    [
      "holds a file named '\\x1b[31m', which is no name of a file; fetch it again",
      [tarFile('\x1b[31m', 'x')],
    ],
    [
      "holds a file named 'c:\\a', which is no name of a file; fetch it again",
      [tarFile('c:\\a', 'x')],
    ],
    ["holds two files named 'a.bin'; fetch it again", [tarFile('b/a.bin', 'x')]],
    [
      'holds more than 1000 files; fetch it again',
      Array.from({ length: 1000 }, (_, i) => tarFile(`f${i}`, '')),
    ],
  ];
  for (const [detail, entries] of cases) {
    await assert.rejects(
      unpackTar('x.tar', Buffer.concat([good, ...entries]), join(folder, 'out')),
      {
        name: 'DataError',
        message: `x.tar: ${detail}`,
      },
    );
    assert.deepEqual(await readdir(folder), []);
  }
  await unpackTar('x.tar', Buffer.concat([tarFile('old/', ''), good]), join(folder, 'out'));
  assert.deepEqual(await readdir(join(folder, 'out')), ['a.bin']);
});

const face = (value: number) => Array(2304).fill(value).join(' ');

test('FER2013 as csv: splits by Usage, class numbers of the file', async (t) => {
  const folder = await temporaryFolder(t);
  const rows = [`0,${face(1)},Training`, `6,"${face(2)}",PublicTest`, `3,${face(255)},PrivateTest`];
  await put(folder, 'fer2013/fer2013.csv', `emotion,pixels,Usage\n${rows.join('\r\n')}\n`);
  const train = await FER2013.open(folder);
  assert.deepEqual([train.length, ...train.targets], [1, 0]);
  const both = await FER2013.open(folder, { split: 'test' });
  assert.deepEqual([...both.targets], [6, 3]);
  assert.deepEqual([both.classes[6], both.classes[3]], ['neutral', 'happy']);
  const [x] = await both.get(1);
  assert.deepEqual([x.shape, x.data[2303]], [[1, 48, 48], 1]);
  assert.equal((await FER2013.open(folder, { split: 'private-test' })).length, 1);
});

test('FER2013: lines that cannot be used are named', async (t) => {
  const folder = await temporaryFolder(t);
  const header = 'emotion,pixels,Usage\n';
  const refused: [string, string][] = [
    ['a,b\n', "the header must name emotion, pixels and Usage (it is 'a,b')"],
    [
      `${header}7,${face(1)},Training\n`,
      "line 2: emotion '7' is out of range, 0 to 6 are required",
    ],
    [`${header}1,1 2 3,Training\n`, 'line 2: 3 pixels, 2304 (48×48) are required'],
    [`${header}\n1,1 300,Training\n`, 'line 3: pixel 1 is 300, 0 to 255 are required'],
    [`${header}1,1 x,Training\n`, "line 2: 'x' among the pixels; the file is damaged"],
    [
      `${header}1,${face(1)},Other\n`,
      "line 2: Usage 'Other', one of Training, PublicTest, PrivateTest is required",
    ],
    [header, 'no pictures with Usage Training'],
  ];
  for (const [text, detail] of refused) {
    const path = await put(folder, 'fer2013.csv', text);
    await assert.rejects(FER2013.open(folder), {
      name: 'DataError',
      message: `${path}: ${detail}`,
    });
  }
  const none = join(folder, 'none');
  await assert.rejects(FER2013.open(none), {
    message:
      `${none}: no FER2013 here; looked at ${none} (has no fer2013.csv, icml_face_data.csv nor folder train), ` +
      `${none}/fer2013 (has no fer2013.csv, icml_face_data.csv nor folder train); ` +
      'download it from Kaggle (it needs an account) and say where it is',
  });
});

test('CIFAR-10, the real files', {
  skip: existsSync(cifar) ? false : `${cifar} is not there`,
}, async () => {
  const dataset = await CIFAR10.open(cifar, { split: 'test' });
  assert.equal(dataset.length, 1000);
  assert.deepEqual([...dataset.targets.subarray(0, 4)], [3, 8, 8, 0]);
  assert.equal(dataset.notes.length, 1);
});
