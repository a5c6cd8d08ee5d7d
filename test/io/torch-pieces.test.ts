/** Storages of PyTorch's files that come in pieces. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointError } from '../../src/core/errors.js';
import { arange, io, tensor } from '../../src/index.js';
import { TensorBuilder, TorchStorage } from '../../src/io/torch/tensor-builder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const fail = (detail: string) => new CheckpointError('w.pth', detail);

async function* pieces(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** A tensor of the int64 storage `values`, which comes two elements at a time. */
async function fill(values: readonly bigint[], [offset, size, stride]: readonly unknown[]) {
  const builder = new TensorBuilder(1000, fail);
  const storage = new TorchStorage('0', 'I64', 8 * values.length);
  const made = builder.build(storage, offset, size, stride);
  await builder.fillFrom(storage, pieces(new Uint8Array(BigInt64Array.from(values).buffer), 16));
  return [...made.data];
}

test('pieces come to their places, in whole storages and in views', async () => {
  const values = [1n, -2n, 3n, 4n, 5n, 6n];
  assert.deepEqual(await fill(values, [0, [2, 3], [3, 1]]), [1, -2, 3, 4, 5, 6]);
  assert.deepEqual(await fill(values, [0, [2, 1, 3], [3, 9, 1]]), [1, -2, 3, 4, 5, 6]);
  assert.deepEqual(await fill(values, [0, [3, 2], [1, 3]]), [1, 4, -2, 5, 3, 6]); // transposed
  assert.deepEqual(await fill(values, [1, [5], [1]]), [-2, 3, 4, 5, 6]);
  assert.deepEqual(await fill(values, [0, [5], [1]]), [1, -2, 3, 4, 5]);
});

test('an element that does not fit is named by its place in the tensor', async () => {
  await assert.rejects(fill([1n, 2n, 3n, 2n ** 40n], [0, [2, 2], [2, 1]]), {
    name: 'CheckpointError',
    message: /w\.pth: a tensor \[2,2\] of I64 holds 1099511627776 at position 3, which int32/,
  });
});

test('pieces of another number of bytes are refused', async () => {
  const builder = new TensorBuilder(1000, fail);
  for (const length of [8, 24]) {
    const storage = new TorchStorage(`${length}`, 'F32', 16);
    builder.build(storage, 0, [4], [1]);
    await assert.rejects(builder.fillFrom(storage, pieces(new Uint8Array(length), 8)), {
      message: /storage '\d+' has \d+ bytes, its tensors say 16/,
    });
  }
});

test('a file of several pieces comes back, and is refused where one is damaged', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'large.pth');
  const weights = new Map([
    ['w', arange(1_500_000).reshape([1500, 1000]).div(7)],
    ['steps', arange(600_000)],
    ['small', tensor([1, 2])],
  ]);
  await io.saveTorch(path, weights);
  const { stateDict } = await io.loadTorch(path);
  for (const [name, { data }] of weights) assert.deepEqual(stateDict.get(name)?.data, data);
  const bytes = await readFile(path);
  const place = bytes.indexOf(Buffer.from(new Float32Array([1_400_000 / 7]).buffer));
  assert.ok(place > 2 ** 22);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  await assert.rejects(io.loadTorch(await put(folder, 'damaged.pth', bytes)), {
    name: 'CheckpointError',
    message: /the checksum of '.*data\/.*' in it is wrong: the file is damaged/,
  });
});
