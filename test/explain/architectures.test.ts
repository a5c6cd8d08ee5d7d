/** Every architecture of `vision.models` can be looked into without naming a layer. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numel } from '../../src/core/shape.js';
import * as explain from '../../src/explain/index.js';
import { defaultLayer, traceLayers } from '../../src/explain/layers.js';
import * as nn from '../../src/nn/index.js';
import { skipInit } from '../../src/nn/init.js';
import { grad } from '../../src/tensor/autograd.js';
import { type Executor, withExecutor } from '../../src/tensor/execute.js';
import { Storage } from '../../src/tensor/storage.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { createModel, modelNames } from '../../src/vision/models/registry.js';
import { SwinTransformer } from '../../src/vision/models/swin-transformer.js';
import { VisionTransformer } from '../../src/vision/models/vision-transformer.js';
import { assertClose } from '../nn/close.js';
import { counterValues, fillState } from '../nn/counter-values.js';

/** The layer that is looked at, by families of architectures. */
const layers: readonly (readonly [RegExp, string])[] = [
  [/^mnistCnn$/, 'conv2'],
  [/^cifarCnn$/, 'conv3'],
  [/^sneakerCnn$/, 'conv5'],
  [/^blockCnn2$/, 'conv2.0'],
  [/^blockCnn3$/, 'conv3.0'],
  [/^blockCnn4$/, 'conv4.0'],
  [/^ferCnn$/, 'features.18'],
  [/^cifarFast$/, 'block3'],
  [/^lenet$/, 'conv2'],
  [/^alexnet$/, 'features.10'],
  [/^cifar_resnet/, 'layer3'],
  [/^(convnext|densenet|efficientnet|mobilenet)/, 'features'],
  [/^regnet/, 'trunk_output'],
  [/^(wide_)?resne/, 'layer4'],
  [/^shufflenet/, 'conv5'],
  [/^squeezenet/, 'classifier.1'],
  [/^swin_t$/, 'features.7.1.norm1'],
  [/^vgg11$/, 'features.18'],
  [/^vgg11_bn$/, 'features.25'],
  [/^vgg13$/, 'features.22'],
  [/^vgg13_bn$/, 'features.31'],
  [/^vgg16$/, 'features.28'],
  [/^vgg16_bn$/, 'features.40'],
  [/^vgg19$/, 'features.34'],
  [/^vgg19_bn$/, 'features.49'],
  [/^vit_b_16$/, 'encoder.layers.encoder_layer_11.ln_1'],
];

/** Shapes alone: networks of hundreds of megabytes pass in milliseconds. */
const tracer: Executor = {
  execute: (_op, _inputs, _attrs, types) =>
    types.map(({ dtype, shape }) => Storage.symbolic(dtype, numel(shape))),
};

const sides: readonly (readonly [RegExp, readonly [channels: number, side: number]])[] = [
  [/^mnistCnn/, [1, 28]],
  [/^lenet/, [1, 32]],
  [/^ferCnn/, [1, 48]],
  [/cifar|blockCnn/, [3, 32]],
  [/./, [3, 224]],
];

for (const name of modelNames)
  test(`${name}: the layer that is looked at`, () => {
    const model = skipInit(() => createModel({ name, options: {} })).eval();
    const [channels, side] = sides.find(([pattern]) => pattern.test(name))?.[1] ?? [3, 224];
    const shape = [1, channels, side, side];
    const image = new Tensor(Storage.symbolic('float32', numel(shape)), shape);
    const found = withExecutor(tracer, () => defaultLayer(name, traceLayers(model, image), image));
    assert.equal(found, layers.find(([pattern]) => pattern.test(name))?.[1]);
  });

const options = { numClasses: 5, inChannels: 3, imageSize: 16 };
const transformers: Record<string, () => nn.Module> = {
  ViT: () => new VisionTransformer(4, 2, 2, 8, 16, options),
  Swin: () =>
    new SwinTransformer({ embed: 8, depths: [1, 2], heads: [2, 2], window: 2, drop: 0 }, options),
};

for (const [name, make] of Object.entries(transformers))
  test(`the tokens of a ${name} are laid out as the grid that they are of`, () => {
    const model = make();
    fillState(model);
    const images = counterValues([2, 3, 16, 16], 3);
    const { layer = '', heatmap, values, targets } = new explain.HiResCAM(model).attribute(images);
    assert.match(layer, /ln_1$|norm1$/);
    assert.deepEqual(heatmap.shape, [2, 16, 16]);
    assert.ok(heatmap.sum().item() > 0);

    let tokens: Tensor | undefined; // [N, 1 + h·w, C] or [N, h, w, C]
    const handle = model.getSubmodule(layer).registerForwardHook((_, __, output) => {
      tokens = output;
      return undefined;
    });
    const scores = model.eval()(images);
    handle.remove();
    assert.ok(tokens);
    const chosen = scores.gather(1, targets.unsqueeze(1)).sum();
    const [gradient] = grad(chosen, [tokens]);
    const products = tokens
      .detach()
      .mul(gradient ?? 0)
      .sum(-1);
    const patches = name === 'ViT' ? products.narrow(1, 1, 16) : products.flatten(1);
    const { data } = patches.reshape(-1);
    assertClose(values, [...data], 1e-5, name);
  });

test('layers of a picture that is not square are told apart too, and windows are no maps', () => {
  const model = new SwinTransformer(
    { embed: 8, depths: [1, 1], heads: [2, 2], window: 2, drop: 0 },
    options,
  );
  const found = explain.mapLayers(model, counterValues([1, 3, 16, 32], 3));
  const shapes = Object.fromEntries(found.map(({ name, shape }) => [name, shape]));
  assert.deepEqual(shapes['features.0.0'], [8, 4, 8]);
  assert.deepEqual(shapes['features.1.0.norm1'], [4, 8, 8]);
  assert.equal(shapes['features.1.0.attn.qkv'], undefined);
  const maps = explain.featureMaps(model, counterValues([1, 3, 16, 32], 3), {
    layers: ['features.1.0.norm1'],
  });
  assert.deepEqual(maps[0]?.maps.shape, [1, 8, 4, 8]);
});

test('a reshapeTransform says what the maps of an unusual layer are', () => {
  class Odd extends nn.Module {
    readonly conv = new nn.Conv2d(3, 4, 3, { padding: 1 });
    readonly turned = new nn.Identity();
    readonly fc = new nn.Linear(4, 2);
    override forward(x: Tensor): Tensor {
      const tokens = this.turned(this.conv(x).flatten(2)); // [N, C, h·w]
      return this.fc(tokens.relu().mean(2));
    }
  }
  const model = new Odd();
  fillState(model);
  const images = counterValues([2, 3, 6, 5], 3);
  const reshapeTransform = (x: Tensor) => x.reshape([2, 4, 6, 5]);
  const odd = new explain.GradCAM(model, { layer: 'turned', reshapeTransform }).attribute(images);
  const plain = new explain.GradCAM(model, { layer: 'conv' }).attribute(images);
  assert.deepEqual(odd.heatmap.toArray(), plain.heatmap.toArray());
  assert.throws(() => new explain.GradCAM(model, { layer: 'fc' }).attribute(images), {
    name: 'ShapeError',
    message:
      "GradCAM: layer 'fc' gives [2,2], which is no map of the picture 6×5; choose a layer before the pooling, or make [N, C, h, w] of it by a reshapeTransform",
  });
});
