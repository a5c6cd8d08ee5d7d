/** Schedulers as PyTorch's goldens have them, and how their learning rates are compared. */
import assert from 'node:assert/strict';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { zeros } from '../../src/tensor/creation.js';
import { readGolden } from '../nn/golden.js';

const {
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  SequentialLR,
  StepLR,
} = optim.lrScheduler;

export const goldens = readGolden<{
  schedulers: Record<string, number[][]>;
  chained: Record<string, number[]>;
  sequences: Record<string, number[]>;
  resumed: Record<string, number[]>;
  momenta: Record<string, number[][]>;
  plateau: { losses: number[]; rates: Record<string, number[][]> };
}>('optim.json');
/** Two groups, with learning rates 0.1 and 0.03. */
export function twoGroups(): optim.SGD {
  return new optim.SGD([{ params: [zeros([1])] }, { params: [zeros([1])], lr: 0.03 }], { lr: 0.1 });
}

export interface Stepping {
  step(): void;
}
export const schedulers: Readonly<Record<string, (o: optim.Optimizer) => readonly Stepping[]>> = {
  lambda: (o) => [new LambdaLR(o, (t) => 0.95 ** t)],
  'lambda each': (o) => [new LambdaLR(o, [(t) => 1 / (t + 1), (t) => 0.92 ** Math.floor(t / 2)])],
  step: (o) => [new StepLR(o, 5, { gamma: 0.5 })],
  multiStep: (o) => [new MultiStepLR(o, [3, 8, 8, 20])],
  exponential: (o) => [new ExponentialLR(o, 0.9)],
  constant: (o) => [new ConstantLR(o, { factor: 0.2, totalIters: 7 })],
  'constant default': (o) => [new ConstantLR(o)],
  linear: (o) => [new LinearLR(o, { startFactor: 0.1, endFactor: 0.8, totalIters: 9 })],
  'linear default': (o) => [new LinearLR(o)],
  cosine: (o) => [new CosineAnnealingLR(o, 10)],
  'cosine etaMin': (o) => [new CosineAnnealingLR(o, 14, { etaMin: 0.002 })],
  restarts: (o) => [new CosineAnnealingWarmRestarts(o, 7)],
  'restarts longer': (o) => [new CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.001 })],
  oneCycle: (o) => [new OneCycleLR(o, 0.3, { totalSteps: 35, cycleMomentum: false })],
  'oneCycle linear': (o) => [
    new OneCycleLR(o, [0.3, 0.1], {
      totalSteps: 40,
      pctStart: 0.4,
      annealStrategy: 'linear',
      divFactor: 10,
      finalDivFactor: 100,
      cycleMomentum: false,
    }),
  ],
  'oneCycle three': (o) => [
    new OneCycleLR(o, 0.3, { totalSteps: 36, threePhase: true, cycleMomentum: false }),
  ],
  sequential: (o) => [
    new SequentialLR(o, [new LinearLR(o, { totalIters: 5 }), new CosineAnnealingLR(o, 20)], [5]),
  ],
  'sequential three': (o) => [
    new SequentialLR(
      o,
      [
        new ConstantLR(o, { factor: 0.1, totalIters: 50 }),
        new ExponentialLR(o, 0.8),
        new StepLR(o, 3, { gamma: 0.5 }),
      ],
      [4, 15],
    ),
  ],
  multiplicative: (o) => [new MultiplicativeLR(o, (t) => (t % 3 === 0 ? 0.8 : 0.9))],
  polynomial: (o) => [new PolynomialLR(o, { totalIters: 20, power: 2 })],
  'polynomial default': (o) => [new PolynomialLR(o)],
  'cosine again and again': (o) => [new CosineAnnealingLR(o, 3, { etaMin: 0.005 })],
  'oneCycle epochs': (o) => [
    new OneCycleLR(o, 0.3, { epochs: 7, stepsPerEpoch: 5, cycleMomentum: false }),
  ],
  cyclic: (o) => [
    new CyclicLR(o, 0.01, 0.2, { stepSizeUp: 4, stepSizeDown: 7, cycleMomentum: false }),
  ],
  'cyclic triangular2': (o) => [
    new CyclicLR(o, [0.01, 0.02], [0.2, 0.1], {
      stepSizeUp: 5,
      mode: 'triangular2',
      cycleMomentum: false,
    }),
  ],
  'cyclic expRange': (o) => [
    new CyclicLR(o, 0.01, 0.2, {
      stepSizeUp: 5,
      mode: 'expRange',
      gamma: 0.95,
      cycleMomentum: false,
    }),
  ],
  'cyclic scaleFn': (o) => [
    new CyclicLR(o, 0.01, 0.2, {
      stepSizeUp: 5,
      scaleFn: (t) => 1 / (1 + t),
      scaleMode: 'iterations',
      cycleMomentum: false,
    }),
  ],
  'sequential of all kinds': (o) => [
    new SequentialLR(
      o,
      [
        new LambdaLR(o, (t) => 1 / (1 + t)),
        new MultiplicativeLR(o, () => 1.1),
        new CosineAnnealingWarmRestarts(o, 4),
        new PolynomialLR(o, { totalIters: 6 }),
      ],
      [4, 9, 18],
    ),
  ],
  chainedScheduler: (o) => [
    new ChainedScheduler([
      new ConstantLR(o, { factor: 0.1, totalIters: 4 }),
      new ExponentialLR(o, 0.9),
    ]),
  ],
  'chained with lambda': (o) => [
    new StepLR(o, 3, { gamma: 0.5 }),
    new LambdaLR(o, (t) => 1 / (1 + t)),
  ],
  chained: (o) => [new ExponentialLR(o, 0.95), new StepLR(o, 6, { gamma: 0.5 })],
  'chained warm-up': (o) => [new LinearLR(o, { totalIters: 6 }), new CosineAnnealingLR(o, 40)],
};

export function rates(optimizer: optim.Optimizer): number[] {
  return optimizer.paramGroups.map((group) => group.lr);
}

/** PyTorch multiplies step by step where we compute from the step: rounding apart, the same. */
export function assertRates(
  found: readonly number[],
  wanted: readonly number[],
  what: string,
): void {
  assert.equal(found.length, wanted.length);
  found.forEach((lr, i) => {
    const expected = wanted[i] ?? Number.NaN;
    assert.ok(
      Math.abs(lr - expected) <= 1e-9 * Math.max(Math.abs(expected), 1e-6),
      `${what}, group ${i}: ${lr}, PyTorch ${expected}`,
    );
  });
}
export const sgd = () => new optim.SGD([zeros([1])], { lr: 0.1, momentum: 0.5 });
