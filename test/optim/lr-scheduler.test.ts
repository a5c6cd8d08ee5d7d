import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { zeros } from '../../src/tensor/creation.js';
import { readGolden } from '../nn/golden.js';

const goldens = readGolden<{
  schedulers: Record<string, number[][]>;
  plateau: { losses: number[]; rates: Record<string, number[][]> };
}>('optim.json');

const {
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiStepLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
} = optim.lrScheduler;

/** Two groups, with learning rates 0.1 and 0.03. */
function twoGroups(): optim.SGD {
  return new optim.SGD([{ params: [zeros([1])] }, { params: [zeros([1])], lr: 0.03 }], { lr: 0.1 });
}

interface Stepping {
  step(): void;
}

const schedulers: Readonly<Record<string, (o: optim.Optimizer) => readonly Stepping[]>> = {
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
  oneCycle: (o) => [new OneCycleLR(o, 0.3, { totalSteps: 35 })],
  'oneCycle linear': (o) => [
    new OneCycleLR(o, [0.3, 0.1], {
      totalSteps: 40,
      pctStart: 0.4,
      annealStrategy: 'linear',
      divFactor: 10,
      finalDivFactor: 100,
    }),
  ],
  'oneCycle three': (o) => [new OneCycleLR(o, 0.3, { totalSteps: 36, threePhase: true })],
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
  chained: (o) => [new ExponentialLR(o, 0.95), new StepLR(o, 6, { gamma: 0.5 })],
  'chained warm-up': (o) => [new LinearLR(o, { totalIters: 6 }), new CosineAnnealingLR(o, 40)],
};

function rates(optimizer: optim.Optimizer): number[] {
  return optimizer.paramGroups.map((group) => group.lr);
}

/** PyTorch multiplies step by step where we compute from the step: rounding apart, the same. */
function assertRates(found: readonly number[], wanted: readonly number[], what: string): void {
  assert.equal(found.length, wanted.length);
  found.forEach((lr, i) => {
    const expected = wanted[i] ?? Number.NaN;
    assert.ok(
      Math.abs(lr - expected) <= 1e-9 * Math.max(Math.abs(expected), 1e-6),
      `${what}, group ${i}: ${lr}, PyTorch ${expected}`,
    );
  });
}

test('every scheduler of the goldens is tested', () => {
  assert.deepEqual(Object.keys(schedulers), Object.keys(goldens.schedulers));
});

for (const [name, make] of Object.entries(schedulers))
  test(`${name} sets the learning rates of PyTorch, epoch by epoch`, () => {
    const optimizer = twoGroups();
    const stepping = make(optimizer);
    goldens.schedulers[name]?.forEach((wanted, epoch) => {
      if (epoch > 0) for (const scheduler of stepping) scheduler.step();
      assertRates(rates(optimizer), wanted, `epoch ${epoch}`);
      const [first] = optimizer.paramGroups;
      assert.equal(first?.rate.item(), Math.fround(first?.lr ?? 0)); // what the update ops read
    });
  });

const plateaus: Readonly<Record<string, Parameters<typeof makePlateau>[1]>> = {
  min: { patience: 2, factor: 0.5 },
  default: {},
  abs: { patience: 1, factor: 0.3, threshold: 0.05, thresholdMode: 'abs', cooldown: 2 },
  max: { mode: 'max', patience: 1, factor: 0.5, threshold: 0.1, minLr: [0.01, 0], cooldown: 1 },
  'max abs': { mode: 'max', patience: 3, threshold: 0.01, thresholdMode: 'abs', eps: 1e-3 },
};

function makePlateau(
  optimizer: optim.Optimizer,
  options: ConstructorParameters<typeof ReduceLROnPlateau>[1],
) {
  return new ReduceLROnPlateau(optimizer, options);
}

for (const [name, wanted] of Object.entries(goldens.plateau.rates))
  test(`ReduceLROnPlateau (${name}) follows a metric as PyTorch's does`, () => {
    const optimizer = twoGroups();
    const options = plateaus[name];
    assert.ok(options);
    let scheduler = makePlateau(optimizer, options);
    goldens.plateau.losses.forEach((loss, epoch) => {
      if (epoch === 15) {
        const saved = JSON.parse(JSON.stringify(scheduler.stateDict()));
        scheduler = makePlateau(optimizer, options);
        scheduler.loadStateDict(saved);
      }
      scheduler.step(loss);
      assertRates(scheduler.getLastLr(), wanted[epoch] ?? [], `epoch ${epoch}`);
    });
    assert.equal(scheduler.lastEpoch, goldens.plateau.losses.length);
  });

test('a scheduler goes on from a saved state', () => {
  for (const [name, make] of Object.entries(schedulers)) {
    if (name.startsWith('chained')) continue;
    const whole = goldens.schedulers[name] ?? [];
    const before = twoGroups();
    const [first] = make(before) as [optim.lrScheduler.LRScheduler];
    for (let epoch = 0; epoch < 9; epoch++) first.step();
    const saved = JSON.parse(JSON.stringify([before.stateDict(), first.stateDict()]));

    const after = twoGroups();
    after.lr = 7;
    const [second] = make(after) as [optim.lrScheduler.LRScheduler];
    after.loadStateDict(saved[0]);
    second.loadStateDict(saved[1]);
    assert.equal(second.lastEpoch, 9);
    assertRates(second.getLastLr(), whole[9] ?? [], `${name} at once`);
    second.step();
    assertRates(second.getLastLr(), whole[10] ?? [], `${name} one epoch later`);
  }
});

test('the classes are their functions', () => {
  const schedule = optim.cosineAnnealingLR({ lr: 0.1, tMax: 10, etaMin: 0.01 });
  assert.equal(schedule(0), 0.1);
  assert.ok(Math.abs(schedule(5) - 0.055) < 1e-15);
  assert.ok(Math.abs(schedule(10) - 0.01) < 1e-15);
  assert.ok(Math.abs(schedule(15) - 0.055) < 1e-15); // climbs again, as PyTorch's
  const optimizer = new optim.SGD([zeros([1])], { lr: 0.1 });
  const scheduler = new CosineAnnealingLR(optimizer, 10, { etaMin: 0.01 });
  for (let epoch = 1; epoch <= 20; epoch++) {
    scheduler.step();
    assert.equal(optimizer.lr, schedule(epoch));
  }
});

test('a learning rate set by hand is what the schedule goes on from', () => {
  const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
  const scheduler = new StepLR(optimizer, 2, { gamma: 0.5 });
  scheduler.step();
  optimizer.lr = 0.8;
  scheduler.step();
  assert.equal(optimizer.lr, 0.4);
});

test('warm restarts move within an epoch', () => {
  const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
  const scheduler = new CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
  scheduler.stepTo(2.5);
  assert.ok(Math.abs(optimizer.lr - (1 + Math.cos(Math.PI / 8)) / 2) < 1e-15);
});

test('schedules refuse what makes no sense', () => {
  const optimizer = twoGroups();
  const refused: [() => unknown, string][] = [
    [() => new StepLR(optimizer, 0), 'stepLR: stepSize=0 must be a whole number ≥ 1'],
    [
      () => new LinearLR(optimizer, { startFactor: 2 }),
      'linearLR: startFactor=2 must be from 0 to 1',
    ],
    [() => new ConstantLR(optimizer, { factor: -1 }), 'constantLR: factor=-1 must be from 0 to 1'],
    [
      () => new CosineAnnealingLR(optimizer, 1.5),
      'cosineAnnealingLR: tMax=1.5 must be a whole number ≥ 1',
    ],
    [
      () => new CosineAnnealingWarmRestarts(optimizer, 3, { tMult: 0 }),
      'cosineAnnealingWarmRestarts: tMult=0 must be a whole number ≥ 1',
    ],
    [
      () => new OneCycleLR(optimizer, 0.1, { totalSteps: 10, pctStart: 1.2 }),
      'oneCycleLR: pctStart=1.2 must be from 0 to 1',
    ],
    [
      () => new OneCycleLR(optimizer, [0.1], { totalSteps: 10 }),
      'OneCycleLR: 1 values of maxLr for 2 parameter groups, one for each is required',
    ],
    [
      () => optim.oneCycleLR({ maxLr: 1, totalSteps: 10 })(11),
      'oneCycleLR: step 11 is beyond the cycle of totalSteps=10; it counts batches, not epochs',
    ],
    [
      () => new LambdaLR(optimizer, [() => 1]),
      'LambdaLR: 1 functions for 2 parameter groups, one for each is required',
    ],
    [
      () => new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.9)], [3]),
      'sequentialLR: 1 schedules with 1 milestones, one milestone fewer than schedules is required',
    ],
    [
      () => new SequentialLR(optimizer, [new ExponentialLR(twoGroups(), 0.9)], []),
      'SequentialLR: the schedulers belong to different optimizers, all must belong to the one given',
    ],
    [
      () => new ReduceLROnPlateau(optimizer, { factor: 1 }),
      'ReduceLROnPlateau: factor=1 must be less than 1',
    ],
    [
      () => new ReduceLROnPlateau(optimizer, { minLr: [0] }),
      'ReduceLROnPlateau: 1 values of minLr for 2 parameter groups, one for each is required',
    ],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
  const state = new StepLR(twoGroups(), 3).stateDict();
  const single = new StepLR(new optim.SGD([zeros([1])]), 3);
  assert.throws(() => single.loadStateDict(state), {
    name: 'CheckpointError',
    message: 'StepLR: the state dict has 2 learning rates, the optimizer 1 parameter groups',
  });
});
