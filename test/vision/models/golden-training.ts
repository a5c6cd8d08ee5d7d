/** The training that PyTorch's losses in models.json come from (scripts/goldens/models.py), in wick. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { compile } from '../../../src/compile/compile.js';
import type { Shape } from '../../../src/core/shape.js';
import type { Precision } from '../../../src/engine/precision.js';
import { engineNames, gpuEngines } from '../../../src/engine/registry.js';
import { crossEntropy } from '../../../src/nn/functional.js';
import * as nn from '../../../src/nn/index.js';
import { Adam } from '../../../src/optim/adam.js';
import type { Optimizer } from '../../../src/optim/optimizer.js';
import { SGD } from '../../../src/optim/sgd.js';
import { fromArray } from '../../../src/tensor/creation.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { blockCnn2, blockCnn3, blockCnn4 } from '../../../src/vision/models/block-cnn.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { cifarFast } from '../../../src/vision/models/cifar-fast.js';
import { ferCnn } from '../../../src/vision/models/fer-cnn.js';
import { mnistCnn } from '../../../src/vision/models/mnist-cnn.js';
import { resnet18 } from '../../../src/vision/models/resnet.js';
import { counterValues } from '../../nn/counter-values.js';
import { readGolden } from '../../nn/golden.js';

export const modelGoldens = readGolden<{
  printed: Record<string, string>;
  shapes: Record<string, Record<string, Shape>>;
  training: Record<string, number[]>;
}>('models.json');

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

export interface Training {
  readonly make: () => nn.Module;
  readonly optimizer: (model: nn.Module) => Optimizer;
  readonly shape: Shape;
  readonly classes: number;
  /** PyTorch's losses: one per step, and of an evaluation afterwards. */
  readonly losses: readonly number[];
  /** Largest difference of a loss from PyTorch's, relative. */
  readonly tolerance: number;
  readonly engines: readonly string[];
}

/** Losses of training steps without dropout, whose draws PyTorch cannot repeat, and then of an evaluation. */
export function lossesOf(
  { make, optimizer: optimizerOf, shape, classes, losses }: Training,
  { compiled = false, precision }: { compiled?: boolean; precision?: Precision } = {},
): number[] {
  const model = make();
  fillWeights(model);
  const optimizer = optimizerOf(model);
  for (const module of model.modules()) if (module instanceof nn.Dropout) module.eval();
  const step = (x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const evaluate = (x: Tensor, y: Tensor) => noGrad(() => crossEntropy(model.forward(x), y));
  const options = precision && { precision };
  const trainStep = compiled ? compile(step, options) : step;
  const evalStep = compiled ? compile(evaluate, options) : evaluate;

  const last = losses.length - 1;
  const found = losses.slice(0, last).map((_, i) => trainStep(...batch(shape, classes, i)).item());
  model.eval();
  return [...found, evalStep(...batch(shape, classes, last)).item()];
}

/** Asserts that every loss is PyTorch's, as nearly as the training says. */
export function assertLosses(
  { losses, tolerance }: Pick<Training, 'losses' | 'tolerance'>,
  found: readonly number[],
): void {
  const worst = Math.max(
    ...losses.map((loss, step) => Math.abs((found[step] ?? Number.NaN) - loss) / loss),
  );
  assert.ok(
    worst <= tolerance,
    `relative difference ${worst}: ${found.map((v) => v.toFixed(5))}, PyTorch ${losses.map((v) => v.toFixed(5))}`,
  );
}

/** A few steps of SGD with rate 0.002, on the engines whose kernels are their own. */
const short = { tolerance: 1e-4, engines: ['wasm', 'native'] } as const;
const sgd = (model: nn.Module) => new SGD(model.parameters(), { lr: 0.002 });
const blocks = Object.fromEntries(
  Object.entries({ blockCnn2, blockCnn3, blockCnn4 }).map(([name, make]) => {
    const losses = modelGoldens.training[name] ?? [];
    return [name, { ...short, make, optimizer: sgd, shape: [8, 3, 32, 32], classes: 10, losses }];
  }),
);

/** Those of the CPU; test/engine/webgpu/models.test.ts has the GPU's. */
const cpuEngines = engineNames().filter((name) => !gpuEngines().includes(name));

export const trainings: Readonly<Record<string, Training>> = {
  mnistCnn: {
    make: mnistCnn,
    optimizer: (model) => new SGD(model.parameters(), { lr: 0.1 }),
    shape: [16, 1, 28, 28],
    classes: 10,
    losses: modelGoldens.training.mnistCnn ?? [],
    tolerance: 1e-4,
    engines: cpuEngines,
  },
  cifarCnn: {
    make: cifarCnn,
    optimizer: (model) => new Adam(model.parameters(), { lr: 1e-4 }),
    shape: [8, 3, 32, 32],
    classes: 10,
    losses: modelGoldens.training.cifarCnn ?? [],
    tolerance: 5e-5, // PyTorch's float32 is 1e-6 from its float64, wick's 4e-7 in steps and up to 1.2e-5 in the evaluation
    engines: cpuEngines,
  },
  cifarFast: {
    make: cifarFast,
    optimizer: (model) =>
      new SGD(
        model.parameters().filter((parameter) => parameter.requiresGrad),
        { lr: 0.005, momentum: 0.85, nesterov: true, weightDecay: 0.1 },
      ),
    shape: [4, 3, 32, 32],
    classes: 10,
    losses: modelGoldens.training.cifarFast ?? [],
    tolerance: 1e-5, // of more pictures some windows have two maxima within rounding: the other one moves later losses by 5e-4
    engines: ['wasm', 'native'],
  },
  ferCnn: {
    ...short,
    make: ferCnn,
    // A higher rate overshoots in the first step, after which rounding of 1e-5 becomes 3e-4 within one step; PyTorch's own, 7e-6.
    optimizer: (model) => new SGD(model.parameters(), { lr: 5e-4 }),
    shape: [8, 1, 48, 48],
    classes: 7,
    losses: modelGoldens.training.ferCnn ?? [],
  },
  ...blocks,
  resnet18: {
    make: () => resnet18({ numClasses: 20 }),
    optimizer: (model) => new SGD(model.parameters(), { lr: 0.01 }),
    shape: [2, 3, 64, 64],
    classes: 20,
    losses: modelGoldens.training.resnet18 ?? [],
    tolerance: 1e-4,
    engines: ['wasm'],
  },
};
