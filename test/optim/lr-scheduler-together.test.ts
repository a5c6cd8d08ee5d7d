import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { goldens, type Stepping, sgd } from './scheduler-cases.js';

const {
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

type Make = (o: optim.Optimizer, k: number) => optim.lrScheduler.LRScheduler;

/** The kinds of the goldens, `k` the variant. */
const kinds: Readonly<Record<string, Make>> = {
  lambda: (o) => new LambdaLR(o, (t) => 1 / (1 + t)),
  multiplicative: (o) => new MultiplicativeLR(o, () => 0.9),
  step: (o, k) => new StepLR(o, 3 + k, { gamma: 0.5 }),
  multiStep: (o, k) => new MultiStepLR(o, [2, 5 + k], { gamma: 0.3 }),
  exponential: (o, k) => new ExponentialLR(o, 0.9 - 0.2 * k),
  constant: (o, k) => new ConstantLR(o, { factor: 0.5, totalIters: 4 + k }),
  linear: (o, k) => new LinearLR(o, { startFactor: 0.25, totalIters: 6 + k }),
  polynomial: (o, k) => new PolynomialLR(o, { totalIters: 9 + k, power: 2 }),
  cosine: (o, k) => new CosineAnnealingLR(o, 5 + k),
  'cosine etaMin': (o, k) => new CosineAnnealingLR(o, 4 + k, { etaMin: 0.01 }),
  restarts: (o, k) => new CosineAnnealingWarmRestarts(o, 3 + k, { tMult: 2, etaMin: 0.01 }),
  oneCycle: (o, k) => new OneCycleLR(o, 0.3, { totalSteps: 40 + k, cycleMomentum: false }),
  cyclic: (o, k) => new CyclicLR(o, 0.02, 0.2, { stepSizeUp: 3 + k, cycleMomentum: false }),
};

/** The rates that the goldens list, a hand setting one of them in between; until one is negative, which is refused. */
function assertSteps(
  optimizer: optim.Optimizer,
  stepping: readonly Stepping[],
  wanted: readonly number[],
  byHand: number,
  what: string,
): void {
  for (const [epoch, expected] of wanted.entries()) {
    const go = () => {
      if (epoch === byHand + 1) optimizer.lr *= 0.7;
      if (epoch > 0) for (const scheduler of stepping) scheduler.step();
    };
    if (expected < 0) {
      assert.throws(go, { name: 'ValueError', message: /^lr: lr=-.* must be ≥ 0$/ });
      return;
    }
    go();
    const error = Math.abs(optimizer.lr - expected);
    assert.ok(
      error <= 1e-7 * Math.max(expected, 1e-3),
      `${what} at step ${epoch}: ${optimizer.lr}, PyTorch ${expected}`,
    );
  }
}

const names = Object.keys(kinds);
const pairs = names.flatMap((first) => names.map((second) => [first, second] as const));

test('the kinds of the goldens are tested', () => {
  assert.deepEqual(Object.keys(goldens.resumed), names);
  for (const all of [goldens.chained, goldens.sequences])
    assert.deepEqual(
      Object.keys(all),
      pairs.map((pair) => pair.join(', ')),
    );
});

for (const first of names)
  test(`${first} and every other scheduler, together and one after the other, as in PyTorch`, () => {
    for (const second of names) {
      const pair = `${first}, ${second}`;
      const make = (optimizer: optim.Optimizer) =>
        [first, second].map((name) => (kinds[name] ?? assert.fail())(optimizer, 0));
      const chained = sgd();
      assertSteps(chained, make(chained), goldens.chained[pair] ?? [], 7, `${pair} chained`);
      const sequence = sgd();
      const whole = new SequentialLR(sequence, make(sequence), [4]);
      assertSteps(sequence, [whole], goldens.sequences[pair] ?? [], 8, `${pair} in sequence`);
    }
  });

for (const [name, make] of Object.entries(kinds))
  test(`${name} resumed without the optimizer's state, and with other settings, as in PyTorch`, () => {
    const first = make(sgd(), 0);
    for (let epoch = 0; epoch < 6; epoch++) first.step();
    const optimizer = sgd();
    const second = make(optimizer, 1);
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    const wanted = goldens.resumed[name] ?? [];
    assertSteps(optimizer, [second], wanted.slice(0, -1), Number.NaN, name);
    assert.ok(Math.abs((second.getLastLr()[0] ?? 0) - (wanted.at(-1) ?? 0)) < 1e-9);
  });
