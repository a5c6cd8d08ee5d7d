import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentEngine, useEngine } from '../../../src/engine/select.js';
import * as nn from '../../../src/nn/index.js';
import { blockCnn2, blockCnn3, blockCnn4 } from '../../../src/vision/models/block-cnn.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { ferCnn } from '../../../src/vision/models/fer-cnn.js';
import { mnistCnn } from '../../../src/vision/models/mnist-cnn.js';
import { resnet18, resnet34 } from '../../../src/vision/models/resnet.js';
import { sneakerCnn } from '../../../src/vision/models/sneaker-cnn.js';
import { withoutNative } from '../../engine/native/machine.js';
import { assertLosses, lossesOf, modelGoldens, trainings } from './golden-training.js';

const { printed, shapes } = modelGoldens;

const models: Readonly<Record<string, () => nn.Module>> = {
  mnistCnn,
  cifarCnn,
  sneakerCnn,
  blockCnn2,
  blockCnn3,
  blockCnn4,
  ferCnn,
  resnet18: () => resnet18({ numClasses: 20 }),
  resnet34,
};

for (const [name, make] of Object.entries(models))
  test(`${name} prints as in PyTorch and has its keys and shapes`, () => {
    const model = make();
    assert.equal(String(model), printed[name]);
    const found = [...model.stateDict()].map(([key, { shape }]) => [key, shape]);
    assert.deepEqual(found, Object.entries(shapes[name] ?? {}));
  });

test('resnet18 has the 122 keys of torchvision', () => {
  assert.equal(Object.keys(shapes.resnet18 ?? {}).length, 122);
});

for (const [name, training] of Object.entries(trainings))
  for (const engine of training.engines)
    test(`${name} has the losses of PyTorch, step by step, on ${engine}`, {
      skip: engine === 'native' && withoutNative,
    }, () => {
      useEngine(engine);
      assert.equal(currentEngine().name, engine);
      assertLosses(training, lossesOf(training));
    });

test('numClasses sizes the last layer, and fine-tuning replaces it', () => {
  assert.deepEqual(sneakerCnn({ numClasses: 3 }).stateDict().get('fc.0.weight')?.shape, [3, 60000]);
  assert.deepEqual(mnistCnn({ numClasses: 4 }).fc2.weight.shape, [4, 64]);
  const model = resnet18({ numClasses: 10 });
  model.requiresGrad_(false);
  model.fc = new nn.Linear(512, 2);
  assert.deepEqual(
    model
      .parameters()
      .filter((p) => p.requiresGrad)
      .map((p) => p.shape),
    [[2, 512], [2]],
  );
  assert.equal([...model.stateDict().keys()].at(-1), 'fc.bias');
});

test('resnet starts as torchvision starts it', () => {
  const conv = resnet18().getSubmodule('layer3.0.conv1');
  const [weight] = conv.parameters();
  const wanted = Math.sqrt(2 / (256 * 9)); // Kaiming normal, fan out, ReLU
  assert.ok(Math.abs((weight?.detach().std().item() ?? 0) / wanted - 1) < 0.01);
});
