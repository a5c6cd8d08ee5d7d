import '../../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NdArray, TensorType } from '../../../../src/graph/op.js';
import { given, narrowRandn, storages, storageTolerance } from './agreement.js';
import { runLowered, runReference } from './lowered.js';
import { assertClose, builds, Sandbox } from './sandbox.js';

const eps = 1e-5;
const pooling = {
  kernelSize: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  dilation: [1, 1],
  ceilMode: false,
};

/** Results of the single ops in float64, handed from one to the next. */
function chain(op: string, attrs: object, ...inputs: readonly NdArray[]): NdArray[] {
  const { types, arrays } = runReference(op, attrs, inputs.map(wide));
  return types.map((type, k) => ({ ...type, data: arrays[k] ?? new Float64Array() }));
}

const wide = ({ shape, dtype, data }: NdArray): NdArray =>
  dtype === 'float32'
    ? { shape, dtype: 'float64', data: Float64Array.from(data) }
    : { shape, dtype, data };
const as32 = ({ shape }: NdArray): TensorType => ({ shape, dtype: 'float32' });
const bytes = ({ shape }: NdArray): TensorType => ({ shape, dtype: 'uint8' });
const narrow = ({ shape, data }: NdArray): NdArray => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(data),
});

interface Fused {
  readonly name: string;
  readonly attrs?: object;
  readonly inputs: readonly NdArray[];
  readonly expected: readonly NdArray[];
  /** Types of the outputs, where there are more than expected ones. */
  readonly types?: readonly TensorType[];
  readonly blocks: readonly number[];
}

function check({
  name,
  attrs = { eps },
  inputs,
  expected,
  types = expected.map(as32),
  blocks,
}: Fused) {
  for (const build of builds) {
    const box = new Sandbox(build);
    for (const storage of storages)
      for (const block of blocks)
        for (const threads of [1, 2, 3]) {
          const run = { block, threads, storage };
          const actual = runLowered(box, name, attrs, inputs, types, run);
          assert.ok(actual);
          expected.forEach(({ data }, k) => {
            const what = `${name} output ${k} (${build}, ${threads} threads, block ${block}, ${storage})`;
            assertClose(actual[k] ?? [], data, storageTolerance[storage], what, 'typical');
          });
        }
  }
}

/** The outputs of a fused forward pass, which its backward pass is given. */
function saved(
  name: string,
  inputs: readonly NdArray[],
  types: readonly TensorType[],
  attrs: object = { eps },
): NdArray[] {
  const arrays = runLowered(new Sandbox('simd'), name, attrs, inputs, types) ?? [];
  return types.map((type, k) => ({ ...type, data: arrays[k] ?? new Float32Array() }));
}

const shapes = [
  { shape: [2, 16, 6, 8], blocks: [16, 8] },
  { shape: [3, 20, 5, 7], blocks: [16, 4] },
  { shape: [2, 12, 9, 4], blocks: [12] },
  { shape: [2, 3, 2, 2], blocks: [4, 1] },
  { shape: [2, 24, 17, 3], blocks: [8] },
];

for (const { shape, blocks } of shapes) {
  const channels = [shape[1] ?? 1];
  // Numbers that bfloat16 holds, so that both storages start from the same.
  const x = narrowRandn(shape, 1, 0.5, 2);
  const residual = narrowRandn(shape, 2);
  const dy = narrowRandn(shape, 3);
  // Weights of both signs: where one is below 0 a window's maximum comes from its smallest x.
  const weight = narrowRandn(channels, 4);
  const bias = narrowRandn(channels, 5);
  const [normal, mean, variance] = chain('batchNorm', { eps }, x, weight, bias);
  assert.ok(normal && mean && variance);
  const given32 = [narrow(mean), narrow(variance)];
  const relu = (value: NdArray) => chain('relu', {}, value);
  const sum = (a: NdArray, b: NdArray) => chain('add', {}, a, b)[0] ?? a;

  test(`batch norm and relu of [${shape}]`, () => {
    const [y] = relu(normal);
    assert.ok(y);
    check({
      name: 'batchNormRelu',
      inputs: [x, weight, bias],
      expected: [y, mean, variance],
      blocks,
    });
    check({
      name: 'batchNormEvalRelu',
      inputs: [x, weight, bias, ...given32],
      expected: [y],
      blocks,
    });
    const [masked] = chain('reluBackward', {}, y, dy);
    assert.ok(masked);
    const expected = chain('batchNormBackward', { eps }, masked, x, weight, mean, variance);
    const inputs = [dy, x, weight, bias, ...given32];
    check({ name: 'batchNormReluBackward', inputs, expected, blocks });
  });

  for (const { min, max } of [
    { min: 0, max: 0.75 },
    { min: -0.5, max: null },
  ])
    test(`batch norm and clamp to ${min} … ${max} of [${shape}]`, () => {
      const attrs = { eps, min, max };
      const [y] = chain('clamp', { min, max }, normal);
      const [masked] = chain('clampBackward', { min, max }, normal, dy);
      assert.ok(y && masked);
      const forward = { inputs: [x, weight, bias], expected: [y, mean, variance] };
      check({ name: 'batchNormClamp', attrs, ...forward, blocks });
      const expected = chain('batchNormBackward', { eps }, masked, x, weight, mean, variance);
      const inputs = [dy, x, weight, bias, ...given32];
      check({ name: 'batchNormClampBackward', attrs, inputs, expected, blocks });
    });

  test(`batch norm, residual and relu of [${shape}]`, () => {
    const [y] = relu(sum(normal, residual));
    assert.ok(y);
    const inputs = [x, weight, bias, residual];
    check({ name: 'batchNormAddRelu', inputs, expected: [y, mean, variance], blocks });
    const evaluation = [x, weight, bias, ...given32, residual];
    check({ name: 'batchNormEvalAddRelu', inputs: evaluation, expected: [y], blocks });
    const [masked] = chain('reluBackward', {}, y, dy);
    assert.ok(masked);
    const expected = chain('batchNormBackward', { eps }, masked, x, weight, mean, variance);
    const backward = [dy, x, weight, ...given32, narrow(y)];
    check({
      name: 'batchNormAddReluBackward',
      inputs: backward,
      expected: [...expected, masked],
      blocks,
    });
  });

  test(`batch norm, relu and max pooling of [${shape}]`, () => {
    const [active] = relu(normal);
    assert.ok(active);
    const [y, places] = chain('maxPool2d', pooling, active);
    assert.ok(y && places);
    const inputs = [x, weight, bias];
    const types = [as32(y), as32(mean), as32(variance), as32(y), bytes(y)];
    check({ name: 'batchNormReluMaxPool', inputs, expected: [y, mean, variance], types, blocks });
    const pooled = narrowRandn(y.shape, 6);
    const [spread] = chain('maxPool2dBackward', { shape }, pooled, places);
    assert.ok(spread);
    const [masked] = chain('reluBackward', {}, active, spread);
    assert.ok(masked);
    const expected = chain('batchNormBackward', { eps }, masked, x, weight, mean, variance);
    const [, , , winners, index] = saved('batchNormReluMaxPool', inputs, types);
    assert.ok(winners && index);
    const backward = [pooled, x, weight, bias, ...given32, winners, index];
    check({ name: 'batchNormReluMaxPoolBackward', inputs: backward, expected, blocks });
  });

  test(`add and relu of [${shape}]`, () => {
    const expected = relu(sum(x, residual));
    check({ name: 'addRelu', attrs: {}, inputs: [x, residual], expected, blocks });
  });
}

const windows = [
  { shape: [2, 16, 8, 10], kernelSize: [2, 2], stride: [2, 2] },
  { shape: [2, 20, 7, 9], kernelSize: [2, 2], stride: [2, 2] },
  { shape: [1, 16, 11, 12], kernelSize: [3, 3], stride: [2, 2], padding: [1, 1] },
  { shape: [2, 12, 9, 7], kernelSize: [3, 2], stride: [1, 2], padding: [1, 1] },
  { shape: [1, 5, 13, 8], kernelSize: [2, 3], stride: [3, 1], dilation: [2, 1] },
] as const;

for (const { shape, kernelSize, stride, ...rest } of windows)
  for (const relu of [false, true])
    test(`max pooling of blocks of [${shape}] by ${kernelSize}, stride ${stride}, relu ${relu}`, () => {
      const attrs = { ...pooling, kernelSize, stride, ...rest, relu };
      const x = narrowRandn(shape, 1, -0.5);
      const before = relu ? (chain('relu', {}, x)[0] ?? x) : x;
      const [y, places] = chain('maxPool2d', attrs, before);
      assert.ok(y && places);
      const types = [as32(y), bytes(y)];
      const blocks = [4, 12, 16];
      for (const made of [types, types.slice(0, 1)])
        check({ name: 'maxPoolBlocked', attrs, inputs: [x], expected: [y], types: made, blocks });
      const dy = narrowRandn(y.shape, 2);
      const [spread] = chain('maxPool2dBackward', { shape }, dy, places);
      assert.ok(spread);
      const expected = relu ? chain('reluBackward', {}, before, spread) : [spread];
      const [, index] = saved('maxPoolBlocked', [x], types, attrs);
      assert.ok(index);
      check({
        name: 'maxPoolBlockedBackward',
        attrs,
        inputs: [dy, index, narrow(y)],
        expected,
        blocks,
      });
    });

test('max pooling of blocks: the first of equal values wins, and NaN wins over numbers', () => {
  const values = Array.from({ length: 32 }, (_, i) => (i === 13 ? Number.NaN : i % 3));
  const x = given([1, 1, 4, 8], values);
  for (const kernelSize of [
    [2, 2],
    [3, 3],
  ]) {
    const attrs = { ...pooling, kernelSize, relu: false };
    const [y, places] = chain('maxPool2d', attrs, x);
    assert.ok(y && places);
    const [actual, index] = saved('maxPoolBlocked', [x], [as32(y), bytes(y)], attrs);
    assert.deepEqual([...(actual?.data ?? [])], [...y.data]);
    const [, kernelW = 1] = kernelSize;
    const outW = y.shape[3] ?? 1;
    const expected = Array.from(places.data, (place, i) => {
      const row = Math.floor(place / 8) - 2 * Math.floor(i / outW);
      return row * kernelW + ((place % 8) - 2 * (i % outW));
    });
    assert.deepEqual([...(index?.data ?? [])], expected);
  }
});
