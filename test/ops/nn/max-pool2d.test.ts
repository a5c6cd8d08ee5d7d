import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxPool2d } from '../../../src/ops/max-pool2d.js';
import { tensor } from '../../../src/tensor/creation.js';

const attrs = {
  kernelSize: [2, 2],
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  ceilMode: false,
} as const;

test('the gradient goes to the first of equal maxima, and adds up where windows overlap', () => {
  const x = tensor(
    [
      [
        [
          [1, 5, 5],
          [0, 5, 2],
          [7, 7, 7],
        ],
      ],
    ],
    { requiresGrad: true },
  );
  const [y, indices] = maxPool2d.all([x], attrs);
  assert.deepEqual(indices?.data, Int32Array.of(1, 1, 6, 7));
  y?.backward(
    tensor([
      [
        [
          [1, 2],
          [4, 8],
        ],
      ],
    ]),
  );
  assert.deepEqual(x.grad?.data, Float32Array.of(0, 3, 0, 0, 0, 0, 4, 8, 0));
});

test('the gradient of NaN goes to the NaN', () => {
  const x = tensor(
    [
      [
        [
          [1, NaN],
          [3, 2],
        ],
      ],
    ],
    { requiresGrad: true },
  );
  maxPool2d([x], attrs).backward(tensor([[[[2]]]]));
  assert.deepEqual(x.grad?.data, Float32Array.of(0, 2, 0, 0));
});
