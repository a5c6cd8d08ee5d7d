import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import {
  assertRates,
  goldens,
  rates,
  type Stepping,
  schedulers,
  sgd,
  twoGroups,
} from './scheduler-cases.js';

const { CosineAnnealingLR, CosineAnnealingWarmRestarts, ReduceLROnPlateau, StepLR } =
  optim.lrScheduler;

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

interface Saved extends Stepping {
  readonly lastEpoch?: number;
  getLastLr(): number[];
  stateDict(): unknown;
  loadStateDict(state: unknown): void;
}

test('a scheduler goes on from a saved state', () => {
  for (const [name, make] of Object.entries(schedulers)) {
    if (name.startsWith('chained ') || name === 'chained') continue;
    const whole = goldens.schedulers[name] ?? [];
    const before = twoGroups();
    const [first] = make(before) as [Saved];
    for (let epoch = 0; epoch < 9; epoch++) first.step();
    const saved = JSON.parse(JSON.stringify([before.stateDict(), first.stateDict()]));

    const after = twoGroups();
    after.lr = 7;
    const [second] = make(after) as [Saved];
    after.loadStateDict(saved[0]);
    second.loadStateDict(saved[1]);
    assert.equal(second.lastEpoch, name === 'chainedScheduler' ? undefined : 9);
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

test('functions one after the other: each from its step 0 at its milestone', () => {
  const rates = optim.sequentialLR({
    schedules: [(t) => t + 0.5, (t) => 10 + t, (t) => 20 + t],
    milestones: [3, 5],
  });
  assert.deepEqual([0, 1, 2, 3, 4, 5, 9].map(rates), [0.5, 1.5, 2.5, 10, 11, 20, 24]);
  assert.throws(() => optim.sequentialLR({ schedules: [() => 1], milestones: [3] }), {
    name: 'ValueError',
    message:
      'sequentialLR: 1 schedules with 1 milestones, one milestone fewer than schedules is required',
  });
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

test('the metric of a plateau may be a tensor, and its state goes through JSON before the first', () => {
  const optimizer = sgd();
  const plateau = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 });
  const state = JSON.parse(JSON.stringify(plateau.stateDict()));
  plateau.loadStateDict(state);
  plateau.step(tensor(1));
  plateau.step(tensor(2));
  assert.equal(optimizer.lr, 0.05);
});
