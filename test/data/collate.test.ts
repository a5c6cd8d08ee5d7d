import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCollate } from '../../src/data/collate.js';
import { DataLoader } from '../../src/data/dataloader.js';
import { TensorDataset } from '../../src/data/tensor-dataset.js';
import type { NdArray } from '../../src/graph/op.js';
import { tensor } from '../../src/tensor/creation.js';

const array = (shape: number[], ...values: number[]): NdArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(values),
});

test('arrays, tensors, numbers, booleans and typed arrays become tensors; texts a list; the form stays', () => {
  const batch = defaultCollate([
    { image: array([1, 2], 1, 2), meta: ['a.png', 3, true] as const, box: Int32Array.of(1, 2) },
    { image: array([1, 2], 3, 4), meta: ['b.png', 5, false] as const, box: Int32Array.of(3, 4) },
  ]);
  assert.deepEqual(batch.image.shape, [2, 1, 2]);
  assert.deepEqual([...batch.image.data], [1, 2, 3, 4]);
  const [names, numbers, flags] = batch.meta;
  assert.deepEqual(names, ['a.png', 'b.png']);
  assert.deepEqual([numbers.dtype, ...numbers.data], ['int32', 3, 5]);
  assert.deepEqual([flags.dtype, ...flags.data], ['bool', 1, 0]);
  assert.deepEqual(
    [batch.box.dtype, batch.box.shape, ...batch.box.data],
    ['int32', [2, 2], 1, 2, 3, 4],
  );
  const [stacked] = defaultCollate([[tensor([1, 2])], [tensor([3, 4])]] as const);
  assert.deepEqual(stacked.shape, [2, 2]);
});

test('samples that do not fit together are refused with their numbers', () => {
  const refused: [readonly unknown[], string][] = [
    [
      [[array([2], 1, 2)], [array([3], 1, 2, 3)]],
      'DataLoader: item 0 of sample 1 has shape [3], of sample 0 [2]; ' +
        'make them equal in the transform (Resize, CenterCrop, RandomResizedCrop) or pass collate',
    ],
    [
      [array([1], 1), { shape: [1], dtype: 'int32', data: Int32Array.of(1) }],
      'DataLoader: sample 1 is int32, of sample 0 float32; return one type',
    ],
    [[[1, 2], [1]], 'DataLoader: sample 1 has 1 items, sample 0 has 2'],
    [
      [[0], [0.5]],
      'DataLoader: item 0 of sample 1 is 0.5; plain numbers are class numbers (int32), ' +
        'return a Float32Array for values to regress on',
    ],
    [
      [[1], [array([1], 1)]],
      'DataLoader: item 0 of sample 1 is an array [1], of sample 0 0; return one kind',
    ],
    [
      [[new Date(0)]],
      'DataLoader: item 0 of sample 0 is an object of Date, which cannot be stacked into a batch; ' +
        'return arrays, numbers, texts, tuples or plain objects (for images: end the transform with ToTensor), ' +
        'or pass collate',
    ],
    [
      [array([2], 1, 2), array([2], 1)],
      'DataLoader: sample 1 has 1 numbers for shape [2], which holds 2',
    ],
    [
      [[array([3], 1)], [array([3], 1)]],
      'DataLoader: item 0 of sample 0 has 1 numbers for shape [3], which holds 3',
    ],
    [[array([1.5], 1)], 'DataLoader: shape [1.5] must hold whole numbers ≥ 0'],
    [
      [{ ...array([1], 1), dtype: 'int64' }],
      "DataLoader: sample 0 has dtype 'int64'; there are bool, uint8, int32, float32, float64",
    ],
    [
      [{ ...array([1], 1), dtype: 'int32' }],
      "DataLoader: sample 0 has dtype 'int32', but its data are a Float32Array",
    ],
  ];
  for (const [samples, message] of refused)
    assert.throws(() => defaultCollate(samples), { message });
});

test('arrays that others make are checked wherever they come in', async () => {
  const message = /has 3 numbers for shape \[2,2\], which holds 4$/;
  assert.throws(() => new TensorDataset(array([2, 2], 1, 2, 3)), { message });
  const whole = { length: 2, get: () => 0, getBatch: () => array([2, 2], 1, 2, 3) };
  await assert.rejects(
    async () => {
      for await (const _ of new DataLoader(whole, { batchSize: 2 }));
    },
    { message },
  );
});
