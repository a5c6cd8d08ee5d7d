/** Tensors print as PyTorch prints them: test/goldens/tensor-format.json, made by scripts/goldens/tensor_format.py. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { type DType, viewOf } from '../../src/core/dtype.js';
import { numel, type Shape } from '../../src/core/shape.js';
import { useEngine } from '../../src/engine/select.js';
import { crossEntropy } from '../../src/nn/functional-losses.js';
import { conv2d } from '../../src/ops/conv2d.js';
import { fromArray, ones, tensor, zeros } from '../../src/tensor/creation.js';
import { Parameter } from '../../src/tensor/parameter.js';
import type { Tensor } from '../../src/tensor/tensor.js';

useEngine('reference');

interface Golden {
  readonly values: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: Shape;
    readonly requiresGrad: boolean;
    readonly data: string;
    readonly text: string;
  }[];
  readonly calls: Readonly<Record<string, string>>;
  readonly parameter: string;
}

const golden: Golden = JSON.parse(readFileSync('test/goldens/tensor-format.json', 'utf8'));

describe('values', () => {
  for (const { name, dtype, shape, requiresGrad, data, text } of golden.values)
    test(name, () => {
      const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
      const x = fromArray(viewOf(dtype, buffer, 0, numel(shape)), shape, dtype, requiresGrad);
      assert.equal(String(x), text);
    });
});

const calls: Readonly<Record<string, (a: Tensor) => Tensor>> = {
  add: (a) => a.add(a),
  sub: (a) => a.sub(a),
  mul: (a) => a.mul(a),
  div: (a) => a.div(a),
  neg: (a) => a.neg(),
  exp: (a) => a.mul(0).exp(),
  square: (a) => a.square(),
  sum: (a) => a.sum(),
  'sum of rows': (a) => a.sum(1),
  mean: (a) => a.mean(),
  relu: (a) => a.relu(),
  tanh: (a) => a.tanh(),
  softmax: (a) => a.softmax(1),
  logSoftmax: (a) => a.logSoftmax(1),
  view: (a) => a.view(4),
  matmul: (a) => a.matmul(a),
  permute: (a) => a.permute(1, 0),
  double: (a) => a.double(),
  amax: (a) => a.amax(1),
  gather: (a) => a.gather(1, zeros([2, 2], { dtype: 'int32' })),
  crossEntropy: (a) => crossEntropy(a, tensor([0, 1], { dtype: 'int32' })),
  conv2d: (a) =>
    conv2d([a.view(1, 1, 2, 2), a.view(1, 1, 2, 2)], {
      stride: [1, 1],
      padding: [0, 0],
      dilation: [1, 1],
      groups: 1,
    }),
};

describe('the call that made a tensor', () => {
  for (const [name, text] of Object.entries(golden.calls))
    test(name, () => {
      const leaf = tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { requiresGrad: true },
      );
      assert.equal(String(calls[name]?.(leaf)), text);
    });
});

test('a parameter', () => {
  assert.equal(String(new Parameter(ones([2]))), golden.parameter);
});

test('console.log prints the same', () => {
  assert.equal(inspect(tensor([1, 2.5])), 'tensor([1.0000, 2.5000])');
});
