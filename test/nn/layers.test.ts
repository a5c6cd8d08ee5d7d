import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../../src/core/shape.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { assertClose } from './close.js';
import { counterValues, fillState } from './counter-values.js';
import { readGolden } from './golden.js';

interface LayerGolden {
  readonly repr: string;
  readonly keys: readonly string[];
  readonly shape: Shape;
  readonly output: readonly number[];
  readonly gradInput: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly buffers: Readonly<Record<string, readonly number[]>>;
}

const layers: Readonly<Record<string, readonly [make: () => nn.Module, input: Shape]>> = {
  conv2d: [() => new nn.Conv2d(2, 3, 3), [2, 2, 5, 6]],
  'conv2d options': [
    () =>
      new nn.Conv2d(4, 6, [3, 2], {
        stride: [2, 1],
        padding: [1, 2],
        dilation: [1, 2],
        groups: 2,
        bias: false,
      }),
    [2, 4, 6, 5],
  ],
  'conv2d same': [() => new nn.Conv2d(2, 2, 3, { padding: 'same' }), [1, 2, 4, 5]],
  'conv2d same even': [() => new nn.Conv2d(2, 2, [4, 2], { padding: 'same' }), [1, 2, 5, 4]],
  'conv2d same dilated': [
    () => new nn.Conv2d(1, 2, [2, 3], { padding: 'same', dilation: [3, 2] }),
    [1, 1, 7, 6],
  ],
  'conv2d valid': [() => new nn.Conv2d(1, 2, 2, { padding: 'valid' }), [1, 1, 3, 3]],
  'conv2d depthwise': [() => new nn.Conv2d(3, 6, 3, { groups: 3, padding: 1 }), [2, 3, 4, 4]],
  'conv2d reflect': [
    () => new nn.Conv2d(2, 3, [3, 2], { padding: [2, 1], paddingMode: 'reflect', stride: 2 }),
    [2, 2, 5, 6],
  ],
  'conv2d replicate': [
    () =>
      new nn.Conv2d(2, 4, [2, 4], {
        padding: 'same',
        paddingMode: 'replicate',
        dilation: [3, 1],
        groups: 2,
      }),
    [1, 2, 5, 4],
  ],
  'conv2d circular': [
    () => new nn.Conv2d(1, 2, 3, { padding: 1, paddingMode: 'circular', bias: false }),
    [1, 1, 4, 3],
  ],
  linear: [() => new nn.Linear(5, 3), [4, 5]],
  'linear without bias': [() => new nn.Linear(5, 3, { bias: false }), [2, 3, 5]],
  batchNorm1d: [() => new nn.BatchNorm1d(3), [5, 3]],
  'batchNorm1d sequence': [() => new nn.BatchNorm1d(3), [2, 3, 4]],
  batchNorm2d: [() => new nn.BatchNorm2d(3), [2, 3, 2, 3]],
  'batchNorm2d eval': [() => new nn.BatchNorm2d(3).eval(), [2, 3, 2, 3]],
  'batchNorm2d momentum': [() => new nn.BatchNorm2d(3, { eps: 1e-3, momentum: 0.3 }), [2, 3, 2, 3]],
  'batchNorm2d cumulative': [() => new nn.BatchNorm2d(3, { momentum: null }), [2, 3, 2, 3]],
  'batchNorm2d plain': [() => new nn.BatchNorm2d(3, { affine: false }), [2, 3, 2, 3]],
  'batchNorm2d untracked': [
    () => new nn.BatchNorm2d(3, { trackRunningStats: false }).eval(),
    [2, 3, 2, 3],
  ],
  layerNorm: [() => new nn.LayerNorm(4), [2, 3, 4]],
  'layerNorm two': [() => new nn.LayerNorm([3, 4], { eps: 1e-3 }), [2, 3, 4]],
  'layerNorm plain': [() => new nn.LayerNorm([3, 4], { elementwiseAffine: false }), [2, 3, 4]],
  groupNorm: [() => new nn.GroupNorm(2, 4), [2, 4, 3]],
  'groupNorm plain': [() => new nn.GroupNorm(4, 4, { affine: false }), [2, 4, 2, 2]],
  maxPool2d: [() => new nn.MaxPool2d(2), [1, 2, 4, 5]],
  'maxPool2d options': [
    () => new nn.MaxPool2d([3, 2], { stride: [2, 1], padding: [1, 0], ceilMode: true }),
    [1, 2, 6, 4],
  ],
  'maxPool2d dilated': [() => new nn.MaxPool2d(2, { stride: 1, dilation: 2 }), [1, 1, 5, 5]],
  avgPool2d: [() => new nn.AvgPool2d(2), [1, 2, 4, 5]],
  'avgPool2d options': [
    () => new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    [1, 2, 6, 4],
  ],
  adaptiveAvgPool2d: [() => new nn.AdaptiveAvgPool2d([1, 1]), [2, 3, 4, 5]],
  'adaptiveAvgPool2d three': [() => new nn.AdaptiveAvgPool2d(3), [1, 2, 5, 7]],
  'dropout eval': [() => new nn.Dropout(0.2).eval(), [3, 4]],
  'dropout2d eval': [() => new nn.Dropout2d().eval(), [1, 2, 2, 2]],
  relu: [() => new nn.ReLU(), [3, 4]],
  'relu inplace': [
    () => new nn.Sequential(new nn.Linear(4, 2), new nn.ReLU({ inplace: true })),
    [3, 4],
  ],
  leakyReLU: [() => new nn.LeakyReLU(), [3, 4]],
  'leakyReLU slope': [() => new nn.LeakyReLU(0.2), [3, 4]],
  sigmoid: [() => new nn.Sigmoid(), [3, 4]],
  tanh: [() => new nn.Tanh(), [3, 4]],
  gelu: [() => new nn.GELU(), [3, 4]],
  'gelu tanh': [() => new nn.GELU({ approximate: 'tanh' }), [3, 4]],
  silu: [() => new nn.SiLU(), [3, 4]],
  softmax: [() => new nn.Softmax(1), [3, 4]],
  'softmax negative': [() => new nn.Softmax(-3), [2, 3, 2]],
  logSoftmax: [() => new nn.LogSoftmax(-1), [3, 4]],
  flatten: [() => new nn.Flatten(), [2, 3, 2]],
  'flatten options': [() => new nn.Flatten(0, 1), [2, 3, 2]],
  identity: [() => new nn.Identity(), [2, 2]],
  sequential: [
    () =>
      new nn.Sequential(
        new nn.Conv2d(1, 2, 3, { bias: false }),
        new nn.BatchNorm2d(2),
        new nn.Sequential(new nn.ReLU(), new nn.Flatten()),
        new nn.Linear(8, 3),
      ),
    [3, 1, 4, 4],
  ],
  relu6: [() => new nn.Sequential(new nn.Linear(4, 9), new nn.ReLU6({ inplace: true })), [3, 4]],
  hardswish: [() => new nn.Hardswish(), [3, 4]],
  hardsigmoid: [() => new nn.Hardsigmoid(), [3, 4]],
  mish: [() => new nn.Mish(), [3, 4]],
  elu: [() => new nn.ELU(), [3, 4]],
  'elu alpha': [() => new nn.ELU(0.3), [3, 4]],
  softplus: [() => new nn.Softplus(), [3, 4]],
  prelu: [() => new nn.PReLU(), [3, 4]],
  'prelu channels': [() => new nn.PReLU(3, 0.1), [2, 3, 2, 2]],
  convTranspose2d: [() => new nn.ConvTranspose2d(3, 2, 3), [2, 3, 3, 4]],
  'convTranspose2d options': [
    () =>
      new nn.ConvTranspose2d(4, 6, [3, 2], {
        stride: 2,
        padding: 1,
        outputPadding: [1, 0],
        groups: 2,
        bias: false,
      }),
    [1, 4, 3, 3],
  ],
  adaptiveMaxPool2d: [() => new nn.AdaptiveMaxPool2d([2, 3]), [1, 2, 5, 7]],
  upsample: [() => new nn.Upsample({ scaleFactor: 2 }), [1, 2, 2, 3]],
  'upsample bilinear': [() => new nn.Upsample({ size: [5, 4], mode: 'bilinear' }), [1, 2, 2, 3]],
  zeroPad2d: [() => new nn.ZeroPad2d([1, 2, 0, 1]), [1, 2, 2, 3]],
  constantPad2d: [() => new nn.ConstantPad2d(1, 2.5), [1, 2, 2, 3]],
  reflectionPad2d: [() => new nn.ReflectionPad2d(1), [1, 2, 3, 3]],
  replicationPad2d: [() => new nn.ReplicationPad2d([2, 0, 1, 1]), [1, 2, 2, 3]],
  instanceNorm2d: [() => new nn.InstanceNorm2d(3), [2, 3, 2, 3]],
  'instanceNorm2d affine': [
    () => new nn.InstanceNorm2d(3, { eps: 1e-3, affine: true }),
    [2, 3, 2, 3],
  ],
  unflatten: [() => new nn.Unflatten(1, [2, 3]), [2, 6, 2]],
  'sequential empty': [() => new nn.Sequential(), [2, 2]],
};

const goldens = readGolden<{ layers: Record<string, LayerGolden> }>('nn.json').layers;

test('every layer of the goldens is tested', () => {
  assert.deepEqual(Object.keys(layers), Object.keys(goldens));
});

for (const [name, [make, shape]] of Object.entries(layers))
  test(`${name} prints, holds and computes what PyTorch's does`, () => {
    const golden = goldens[name];
    assert.ok(golden);
    const layer = make();
    assert.equal(String(layer), golden.repr);
    assert.deepEqual([...layer.stateDict().keys()], golden.keys);

    fillState(layer);
    for (let step = 0; step < 3; step++) {
      layer.zeroGrad();
      const x = counterValues(shape, 1 + step, -2, 2).requiresGrad_();
      const y = layer.forward(x);
      y.backward(counterValues(y.shape, 50 + step));
      if (step < 2) continue;
      assert.deepEqual(y.shape, golden.shape);
      assertClose(y, golden.output, 2e-6, 'output');
      assert.ok(x.grad);
      assertClose(x.grad, golden.gradInput, 1e-5, 'gradient of the input');
    }
    assert.deepEqual(
      layer.namedParameters().map(([key]) => key),
      Object.keys(golden.gradients),
    );
    for (const [key, parameter] of layer.namedParameters())
      assertClose(parameter.grad ?? [], golden.gradients[key] ?? [], 1e-5, `gradient of ${key}`);
    for (const [key, buffer] of layer.namedBuffers())
      assertClose(buffer, golden.buffers[key] ?? [], 2e-6, key);
  });
