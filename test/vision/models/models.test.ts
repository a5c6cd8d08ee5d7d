import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../../../src/core/shape.js';
import {
  currentEngine,
  type EngineName,
  engineNames,
  useEngine,
} from '../../../src/engine/select.js';
import { crossEntropy } from '../../../src/nn/functional.js';
import * as nn from '../../../src/nn/index.js';
import '../../../src/ops/index.js';
import { Adam } from '../../../src/optim/adam.js';
import type { Optimizer } from '../../../src/optim/optimizer.js';
import { SGD } from '../../../src/optim/sgd.js';
import { fromArray } from '../../../src/tensor/creation.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { mnistCnn } from '../../../src/vision/models/mnist-cnn.js';
import { resnet18, resnet34 } from '../../../src/vision/models/resnet.js';
import { sneakerCnn } from '../../../src/vision/models/sneaker-cnn.js';
import { counterValues } from '../../nn/counter-values.js';
import { readGolden } from '../../nn/golden.js';

const golden = readGolden<{
  printed: Record<string, string>;
  shapes: Record<string, Record<string, Shape>>;
  training: Record<string, number[]>;
}>('models.json');

const models: Readonly<Record<string, () => nn.Module>> = {
  mnistCnn,
  cifarCnn,
  sneakerCnn,
  resnet18: () => resnet18({ numClasses: 20 }),
  resnet34,
};

for (const [name, make] of Object.entries(models))
  test(`${name} prints as in PyTorch and has its keys and shapes`, () => {
    const model = make();
    assert.equal(String(model), golden.printed[name]);
    const shapes = [...model.stateDict()].map(([key, { shape }]) => [key, shape]);
    assert.deepEqual(shapes, Object.entries(golden.shapes[name] ?? {}));
  });

test('resnet18 has the 122 keys of torchvision', () => {
  assert.equal(Object.keys(golden.shapes.resnet18 ?? {}).length, 122);
});

/** Weights spread over ±1/√fanIn, biases of layers with such weights ±0.05; norms stay as they are made. */
function fillWeights(model: nn.Module): void {
  const state = model.stateDict();
  let salt = 100;
  for (const [name, tensor] of state) {
    const own = salt++;
    const weight = name.endsWith('.bias') ? state.get(`${name.slice(0, -4)}weight`) : undefined;
    const bound =
      tensor.ndim >= 2
        ? 1 / Math.sqrt(tensor.numel() / tensor.size(0))
        : weight?.ndim !== 1
          ? 0.05
          : 0;
    if (tensor.ndim >= 2 || (weight !== undefined && bound > 0))
      noGrad(() => tensor.copy_(counterValues(tensor.shape, own, -bound, bound)));
  }
}

/** A pattern of the label, and noise. */
function batch(shape: Shape, classes: number, step: number): [images: Tensor, labels: Tensor] {
  const labels = Int32Array.from(counterValues(shape.slice(0, 1), 2000 + step, 0, classes).data);
  const target = fromArray(labels, [labels.length]);
  const patterns = counterValues([classes, ...shape.slice(1)], 3000);
  return [
    counterValues(shape, 1000 + step)
      .mul(0.3)
      .add(patterns.indexSelect(0, target)),
    target,
  ];
}

/** Losses of training steps without dropout, whose draws PyTorch cannot repeat, and then of an evaluation. */
function losses(
  model: nn.Module,
  optimizer: Optimizer,
  shape: Shape,
  classes: number,
  steps: number,
): number[] {
  for (const module of model.modules()) if (module instanceof nn.Dropout) module.eval();
  const found: number[] = [];
  for (let step = 0; step < steps; step++) {
    const [x, y] = batch(shape, classes, step);
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    found.push(loss.item());
  }
  model.eval();
  const [x, y] = batch(shape, classes, steps);
  found.push(noGrad(() => crossEntropy(model.forward(x), y)).item());
  return found;
}

interface Training {
  readonly make: () => nn.Module;
  readonly optimizer: (model: nn.Module) => Optimizer;
  readonly shape: Shape;
  readonly classes: number;
  /** Largest difference of a loss from PyTorch's, relative. */
  readonly tolerance: number;
  readonly engines: readonly EngineName[];
}

const trainings: Readonly<Record<string, Training>> = {
  mnistCnn: {
    make: mnistCnn,
    optimizer: (model) => new SGD(model.parameters(), { lr: 0.1 }),
    shape: [16, 1, 28, 28],
    classes: 10,
    tolerance: 1e-4,
    engines: engineNames,
  },
  cifarCnn: {
    make: cifarCnn,
    optimizer: (model) => new Adam(model.parameters(), { lr: 1e-4 }),
    shape: [8, 3, 32, 32],
    classes: 10,
    tolerance: 5e-4, // Adam divides by small moments, which amplifies rounding
    engines: engineNames,
  },
  resnet18: {
    make: () => resnet18({ numClasses: 20 }),
    optimizer: (model) => new SGD(model.parameters(), { lr: 0.01 }),
    shape: [2, 3, 64, 64],
    classes: 20,
    tolerance: 1e-4,
    engines: ['wasm'],
  },
};

for (const [name, training] of Object.entries(trainings))
  for (const engine of training.engines)
    test(`${name} has the losses of PyTorch, step by step, on ${engine}`, () => {
      useEngine(engine);
      assert.equal(currentEngine().name, engine);
      const { make, optimizer, shape, classes, tolerance } = training;
      const model = make();
      fillWeights(model);
      const wanted = golden.training[name] ?? [];
      const found = losses(model, optimizer(model), shape, classes, wanted.length - 1);
      const worst = Math.max(
        ...wanted.map((loss, step) => Math.abs((found[step] ?? Number.NaN) - loss) / loss),
      );
      assert.ok(
        worst <= tolerance,
        `relative difference ${worst}: ${found.map((v) => v.toFixed(5))}, PyTorch ${wanted.map((v) => v.toFixed(5))}`,
      );
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
