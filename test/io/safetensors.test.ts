import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CheckpointError, DataError } from '../../src/core/errors.js';
import { decodeSafetensors, loadSafetensors, saveSafetensors } from '../../src/io/safetensors.js';
import { fromArray, tensor } from '../../src/tensor/creation.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wick-safetensors-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const samples = new Map([
  ['flags', tensor([true, false, true])],
  [
    'layer1.0.weight',
    tensor([
      [1.5, -2],
      [3, 4e-30],
    ]),
  ],
  ['steps', tensor(7, { dtype: 'int32' })],
  ['precise', tensor([Math.PI], { dtype: 'float64' })],
  ['pixels', tensor([0, 128, 255], { dtype: 'uint8' })],
  ['empty', fromArray(new Float32Array(0), [0, 3])],
]);

test('every dtype and shape comes back, with the metadata', async () => {
  const path = join(folder, 'all.safetensors');
  await saveSafetensors(path, samples, { epoch: '3' });
  const { tensors, metadata } = await loadSafetensors(path);
  assert.deepEqual({ ...metadata }, { epoch: '3' });
  assert.deepEqual([...tensors.keys()].sort(), [...samples.keys()].sort());
  for (const [name, given] of samples) {
    const loaded = tensors.get(name);
    assert.equal(loaded?.dtype, given.dtype, name);
    assert.deepEqual(loaded?.shape, given.shape, name);
    assert.deepEqual([...(loaded?.data ?? [])], [...given.data], name);
  }
});

test('the layout is the published one', async () => {
  const path = join(folder, 'layout.safetensors');
  await saveSafetensors(path, new Map([['a', tensor([1, 2])]]));
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE(0));
  assert.equal((8 + length) % 8, 0);
  const header: unknown = JSON.parse(bytes.subarray(8, 8 + length).toString());
  assert.deepEqual(header, { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
  assert.deepEqual([bytes.readFloatLE(8 + length), bytes.readFloatLE(12 + length)], [1, 2]);
});

test('a file cut anywhere is a CheckpointError with its path, never a half-read model', async () => {
  const path = join(folder, 'whole.safetensors');
  await saveSafetensors(path, samples);
  const whole = await readFile(path);
  for (let length = 0; length < whole.length; length += 7) {
    const cut = new Uint8Array(whole.subarray(0, length));
    assert.throws(
      () => decodeSafetensors(cut, 'cut.safetensors'),
      (error: unknown) =>
        error instanceof CheckpointError && error.message.startsWith('cut.safetensors: '),
      `${length} bytes`,
    );
  }
});

test('messages give the numbers', async () => {
  const path = join(folder, 'x.safetensors');
  await assert.rejects(loadSafetensors(path), {
    name: 'CheckpointError',
    message: `${path}: cannot be read (ENOENT: no such file or directory)`,
  });
  await writeFile(path, 'short');
  await assert.rejects(loadSafetensors(path), {
    message: `${path}: 5 bytes, too few for its header; it was cut short, or is not a safetensors file`,
  });
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } });
  const bytes = Buffer.alloc(8 + header.length + 8);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  assert.throws(() => decodeSafetensors(bytes, 'w'), {
    message:
      "w: tensor 'w' [4] needs 16 bytes at 0, but its range is 0–16 of 8; the file was cut short or changed",
  });
  const other = Buffer.from(bytes);
  other.write('F16', other.indexOf('F32'));
  assert.throws(() => decodeSafetensors(other, 'w'), {
    message: `w: tensor 'w' has dtype "F16"; readable are F32, F64, I32, U8, BOOL`,
  });
});

test('a write that fails leaves the older file and nothing else', async () => {
  const path = join(folder, 'sub', 'w.safetensors');
  await saveSafetensors(path, new Map([['a', tensor([1])]]));
  const blocked = join(path, 'below-a-file.safetensors');
  await assert.rejects(
    saveSafetensors(blocked, samples),
    (error: unknown) =>
      error instanceof DataError && error.message.includes('cannot be written (E'),
  );
  assert.deepEqual(await readdir(join(folder, 'sub')), ['w.safetensors']);
  assert.equal((await loadSafetensors(path)).tensors.get('a')?.data[0], 1);
});
