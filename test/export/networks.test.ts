/** Networks as ONNX files, for batches of any size. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportOnnx } from '../../src/export/index.js';
import { toOnnx } from '../../src/export/onnx-graph.js';
import { inferenceOps } from '../../src/export/ops/inference.js';
import { recordModel } from '../../src/export/record-model.js';
import {
  cat,
  io,
  manualSeed,
  nn,
  noGrad,
  randn,
  type Tensor,
  vision,
  zeros,
} from '../../src/index.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { loadRuntime, withoutRuntime } from './runtime.js';

type InputShape = readonly [number, number, number];

/** Statistics and last layers as training leaves them: none is 0 or 1. */
function livedIn(model: nn.Module): nn.Module {
  for (const [key, { data }] of model.namedBuffers()) {
    if (key.endsWith('running_mean')) data.set(data.map((_, i) => ((3 * i) % 11) / 20 - 0.2));
    if (key.endsWith('running_var')) data.set(data.map((_, i) => 0.5 + ((7 * i) % 10) / 10));
  }
  for (const parameter of model.parameters())
    if (parameter.ndim === 2 && parameter.data.every((x) => x === 0)) nn.init.normal_(parameter);
  return model;
}

function modelOf(model: nn.Module, inputShape: InputShape) {
  const { graph, arrays, nameOf, other } = recordModel(model, inputShape);
  const isInput = (_: unknown, index: number) => index === 0;
  return toOnnx(graph, arrays, { ops: inferenceOps, isInput, nameOf, other }).finish().graph;
}

const opsOf = (model: nn.Module, inputShape: InputShape) =>
  modelOf(model, inputShape)?.node?.map(({ opType }) => opType);

test('batch normalisation goes into the convolution before it, under the names of the state dict', () => {
  const model = livedIn(
    new nn.Sequential(
      new nn.Conv2d(1, 2, 3, { bias: false }),
      new nn.BatchNorm2d(2),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.AdaptiveAvgPool2d(1),
      new nn.Flatten(),
      new nn.Linear(2, 3),
    ),
  );
  assert.deepEqual(opsOf(model, [1, 8, 8]), [
    'Conv',
    'Relu',
    'MaxPool',
    'GlobalAveragePool',
    'Reshape',
    'Gemm',
  ]);
  const graph = modelOf(model, [1, 8, 8]);
  const named = graph?.initializer?.map(({ name, dims }) => `${name} ${dims}`);
  assert.deepEqual(named, ['0.weight 2,1,3,3', '0.bias 2', '6.weight 3,2', '6.bias 3', 'i-1_2 2']);
  const sizes = [...(graph?.input ?? []), ...(graph?.output ?? [])].map(
    ({ name, type }) =>
      `${name} ${type?.tensorType?.shape?.dim?.map((d) => d.dimParam ?? d.dimValue)}`,
  );
  assert.deepEqual(sizes, ['input batch,1,8,8', 'logits batch,3']);
});

test('batch normalisation before a convolution stays what it is', () => {
  const model = livedIn(
    new nn.Sequential(new nn.BatchNorm2d(1), new nn.Conv2d(1, 2, 3), new nn.Flatten()),
  );
  assert.deepEqual(opsOf(model, [1, 4, 4]), ['BatchNormalization', 'Conv', 'Reshape']);
});

/** Sizes of the batch in constants, shapes and cuts; poolings that divide evenly and not; a mode that it is put back into. */
class Odd extends nn.Module {
  readonly uneven = new nn.AdaptiveAvgPool2d([3, 4]);
  readonly even = new nn.AdaptiveMaxPool2d(2);
  readonly norm = new nn.GroupNorm(2, 4);
  readonly dropout = new nn.Dropout(0.5);
  readonly fc = new nn.Linear(12 + 4 + 1, 5);
  override forward(x: Tensor): Tensor {
    const uneven = this.uneven(x.narrow(1, 0, 1)).flatten(1);
    const even = this.even(this.norm(x).mul(2)).mean(1).flatten(1);
    return this.fc(this.dropout(cat([uneven, even, zeros(x.size(0), 1).add(3)], 1)));
  }
}

const { models } = vision;
const swin = { embed: 16, depths: [2, 2], heads: [2, 4], window: 4, drop: 0.1 };
const shape = { numClasses: 7, inChannels: 3, imageSize: 32 };

const networks: readonly (readonly [string, InputShape, () => nn.Module])[] = [
  ['cifar_resnet20', [3, 32, 32], () => models.cifar_resnet20({ numClasses: 10 })],
  ['squeezenet1_1', [3, 64, 64], () => models.squeezenet1_1({ numClasses: 7 })],
  ['mobilenet_v3_small', [3, 64, 64], () => models.mobilenet_v3_small({ numClasses: 7 })],
  ['shufflenet_v2_x0_5', [3, 64, 64], () => models.shufflenet_v2_x0_5({ numClasses: 7 })],
  ['VisionTransformer', [3, 32, 32], () => new models.VisionTransformer(8, 2, 2, 32, 64, shape)],
  ['SwinTransformer', [3, 32, 32], () => new models.SwinTransformer(swin, shape)],
  ['poolings and sizes', [4, 8, 6], () => new Odd()],
];

for (const [name, inputShape, make] of networks)
  test(`${name} is the same network when it is read again`, async (t) => {
    manualSeed(0);
    const model = livedIn(make());
    const path = join(await temporaryFolder(t), 'model.onnx');
    await exportOnnx(model, { path, inputShape });
    const again = (await io.loadOnnx(path)).eval();
    const keys = model.namedParameters().map(([key]) => key);
    for (const [key] of again.namedParameters())
      assert.ok(keys.includes(key) || keys.includes(key.replace(/bias$/, 'weight')), key);
    for (const samples of [1, 3]) {
      const images = randn(samples, ...inputShape);
      const [given, wanted] = [again, model.eval()].map((m) => noGrad(() => m(images)).data);
      const size = Math.max(...Array.from(wanted ?? [], Math.abs));
      given?.forEach((x, i) => {
        const difference = Math.abs(x - (wanted?.[i] ?? Number.NaN));
        assert.ok(difference <= 1e-4 * size, `logit ${i} differs by ${difference} of ${size}`);
      });
    }
  });

for (const [name, inputShape, make] of networks)
  test(`${name} computes in ONNX Runtime what it does here, for one image and for many`, {
    skip: withoutRuntime,
  }, async (t) => {
    manualSeed(0);
    const model = livedIn(make());
    const path = join(await temporaryFolder(t), 'model.onnx');
    const { check } = await exportOnnx(model, { path, inputShape, runtime: await loadRuntime() });
    assert.equal(check?.images, 64);
    assert.ok(check.maxDifference <= check.tolerance / 10, `differs by ${check.maxDifference}`);
    assert.ok(model.modules().every((module) => module.training));
  });
