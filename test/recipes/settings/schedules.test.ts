import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import * as lrScheduler from '../../../src/optim/lr-scheduler.js';
import { SGD } from '../../../src/optim/sgd.js';
import { settingKeys } from '../../../src/recipes/settings/keys.js';
import { makeSchedule } from '../../../src/recipes/settings/make-schedule.js';
import { resolveSettings } from '../../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../../src/recipes/settings/schema.js';
import { tensor } from '../../../src/tensor/creation.js';
import { Parameter } from '../../../src/tensor/parameter.js';

const epochs = 8;
const stepsPerEpoch = 4;
const half = (epoch: number) => 1 / (1 + epoch);

const optimizerOf = (momentum = 0) => new SGD([new Parameter(tensor([1]))], { lr: 1, momentum });
type Schedule = SettingsLayer['schedule'];

/** The learning rate, and the momentum, of each unit of a run that the settings describe. */
function rates(layer: SettingsLayer, momentum = 0, losses: readonly number[] = []): number[][] {
  const optimizer = optimizerOf(momentum);
  const settings = resolveSettings({ epochs }, layer);
  const made = makeSchedule(optimizer, settings, stepsPerEpoch);
  return record(
    optimizer,
    made?.scheduler,
    made?.per === 'step' ? epochs * stepsPerEpoch : epochs,
    losses,
  );
}

function record(
  optimizer: SGD,
  scheduler: { step(metric: number): void } | undefined,
  count: number,
  losses: readonly number[] = [],
): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const [group] = optimizer.paramGroups;
    const now = [optimizer.lr, group?.momentum ?? 0];
    if (i < count - 1) scheduler?.step(losses[i] ?? 1);
    return now;
  });
}

/** For each schedule: the setting, and the scheduler that it stands for. `n` are the units of an epoch. */
const pairs: readonly {
  readonly schedule: Exclude<Schedule, null | undefined>;
  readonly make: (optimizer: SGD, n: number) => { step(metric: number): void };
  readonly momentum?: number;
  readonly per?: 'step';
}[] = [
  { schedule: { name: 'step', stepSize: 3 }, make: (o, n) => new lrScheduler.StepLR(o, 3 * n) },
  {
    schedule: { name: 'step', stepSize: 0.5, gamma: 0.9, per: 'step' },
    make: (o, n) => new lrScheduler.StepLR(o, 0.5 * n, { gamma: 0.9 }),
    per: 'step',
  },
  {
    schedule: { name: 'multiStep', milestones: [2, 5] },
    make: (o, n) => new lrScheduler.MultiStepLR(o, [2 * n, 5 * n]),
  },
  {
    schedule: { name: 'multiStep', milestones: [2, 5], gamma: 0.3, per: 'step' },
    make: (o, n) => new lrScheduler.MultiStepLR(o, [2 * n, 5 * n], { gamma: 0.3 }),
    per: 'step',
  },
  {
    schedule: { name: 'exponential', gamma: 0.8 },
    make: (o) => new lrScheduler.ExponentialLR(o, 0.8),
  },
  {
    schedule: { name: 'exponential', gamma: 0.8, per: 'step' },
    make: (o, n) => new lrScheduler.ExponentialLR(o, 0.8 ** (1 / n)),
    per: 'step',
  },
  { schedule: 'constant', make: (o) => new lrScheduler.ConstantLR(o) },
  {
    schedule: { name: 'constant', factor: 0.2, totalIters: 3, per: 'step' },
    make: (o, n) => new lrScheduler.ConstantLR(o, { factor: 0.2, totalIters: 3 * n }),
    per: 'step',
  },
  { schedule: 'linear', make: (o) => new lrScheduler.LinearLR(o) },
  {
    schedule: { name: 'linear', startFactor: 1, endFactor: 0.1, totalIters: 6, per: 'step' },
    make: (o, n) =>
      new lrScheduler.LinearLR(o, { startFactor: 1, endFactor: 0.1, totalIters: 6 * n }),
    per: 'step',
  },
  {
    schedule: 'polynomial',
    make: (o, n) => new lrScheduler.PolynomialLR(o, { totalIters: epochs * n }),
  },
  {
    schedule: { name: 'polynomial', totalIters: 4, power: 2, per: 'step' },
    make: (o, n) => new lrScheduler.PolynomialLR(o, { totalIters: 4 * n, power: 2 }),
    per: 'step',
  },
  { schedule: 'cosine', make: (o, n) => new lrScheduler.CosineAnnealingLR(o, epochs * n) },
  {
    schedule: { name: 'cosine', tMax: 4, etaMin: 0.1, per: 'step' },
    make: (o, n) => new lrScheduler.CosineAnnealingLR(o, 4 * n, { etaMin: 0.1 }),
    per: 'step',
  },
  {
    schedule: { name: 'cosineRestarts', t0: 2 },
    make: (o, n) => new lrScheduler.CosineAnnealingWarmRestarts(o, 2 * n),
  },
  {
    schedule: { name: 'cosineRestarts', t0: 2, tMult: 2, etaMin: 0.1, per: 'step' },
    make: (o, n) =>
      new lrScheduler.CosineAnnealingWarmRestarts(o, 2 * n, { tMult: 2, etaMin: 0.1 }),
    per: 'step',
  },
  {
    schedule: 'oneCycle',
    make: (o, n) => new lrScheduler.OneCycleLR(o, 1, { epochs, stepsPerEpoch: n }),
    momentum: 0.9,
    per: 'step',
  },
  {
    schedule: 'oneCycle',
    make: (o, n) =>
      new lrScheduler.OneCycleLR(o, 1, { epochs, stepsPerEpoch: n, cycleMomentum: false }),
    per: 'step',
  },
  {
    schedule: {
      name: 'oneCycle',
      maxLr: 2,
      pctStart: 0.4,
      annealStrategy: 'linear',
      divFactor: 5,
      finalDivFactor: 10,
      threePhase: true,
      cycleMomentum: true,
      baseMomentum: 0.5,
      maxMomentum: 0.6,
    },
    make: (o, n) =>
      new lrScheduler.OneCycleLR(o, 2, {
        totalSteps: epochs * n,
        pctStart: 0.4,
        annealStrategy: 'linear',
        divFactor: 5,
        finalDivFactor: 10,
        threePhase: true,
        baseMomentum: 0.5,
        maxMomentum: 0.6,
      }),
    momentum: 0.9,
    per: 'step',
  },
  {
    schedule: 'cyclic',
    make: (o) => new lrScheduler.CyclicLR(o, 0.1, 1),
    momentum: 0.9,
    per: 'step',
  },
  {
    schedule: {
      name: 'cyclic',
      baseLr: 0.2,
      maxLr: 2,
      stepSizeUp: 3,
      stepSizeDown: 5,
      mode: 'expRange',
      gamma: 0.9,
      cycleMomentum: true,
      baseMomentum: 0.5,
      maxMomentum: 0.6,
    },
    make: (o) =>
      new lrScheduler.CyclicLR(o, 0.2, 2, {
        stepSizeUp: 3,
        stepSizeDown: 5,
        mode: 'expRange',
        gamma: 0.9,
        baseMomentum: 0.5,
        maxMomentum: 0.6,
      }),
    momentum: 0.9,
    per: 'step',
  },
  { schedule: { name: 'lambda', lambda: half }, make: (o) => new lrScheduler.LambdaLR(o, half) },
  {
    schedule: { name: 'lambda', lambda: half, per: 'step' },
    make: (o, n) => new lrScheduler.LambdaLR(o, (step) => half(step / n)),
    per: 'step',
  },
  {
    schedule: { name: 'multiplicative', lambda: half },
    make: (o) => new lrScheduler.MultiplicativeLR(o, half),
  },
  {
    schedule: { name: 'multiplicative', lambda: half, per: 'step' },
    make: (o, n) => new lrScheduler.MultiplicativeLR(o, (step) => half(step / n)),
    per: 'step',
  },
  {
    schedule: {
      name: 'sequential',
      schedules: [
        { name: 'constant', factor: 0.5 },
        { name: 'exponential', gamma: 0.8 },
      ],
      milestones: [3],
    },
    make: (o) => {
      const first = new lrScheduler.ConstantLR(o, { factor: 0.5 });
      return new lrScheduler.SequentialLR(o, [first, new lrScheduler.ExponentialLR(o, 0.8)], [3]);
    },
  },
  {
    schedule: {
      name: 'chained',
      per: 'step',
      schedules: [
        { name: 'constant', factor: 0.5 },
        { name: 'step', stepSize: 2 },
      ],
    },
    make: (o, n) =>
      new lrScheduler.ChainedScheduler([
        new lrScheduler.ConstantLR(o, { factor: 0.5, totalIters: 5 * n }),
        new lrScheduler.StepLR(o, 2 * n),
      ]),
    per: 'step',
  },
  { schedule: 'plateau', make: (o) => new lrScheduler.ReduceLROnPlateau(o) },
];

for (const { schedule, make, momentum = 0, per = 'epoch' } of pairs) {
  const { name, ...options } = typeof schedule === 'string' ? { name: schedule } : schedule;
  test(`${name} ${JSON.stringify(options)}: the rates of its scheduler`, () => {
    const n = per === 'step' ? stepsPerEpoch : 1;
    const optimizer = optimizerOf(momentum);
    const expected = record(optimizer, make(optimizer, n), epochs * n);
    assert.deepEqual(rates({ schedule }, momentum), expected);
  });
}

test('every scheduler is a setting', () => {
  const schedulers = Object.keys(lrScheduler).filter((name) => name !== 'LRScheduler');
  const names = new Set(
    settingKeys().flatMap(({ key, of }) => (key.startsWith('schedule.') && of ? [of] : [])),
  );
  assert.equal(names.size, schedulers.length, `${[...names]} and ${schedulers}`);
});

const plateau = { name: 'plateau', factor: 0.5, patience: 0 } as const;
const falling = [1, 0.9, 0.8, 0.8, 0.8, 0.79995, 0.7, 0.7];

/** Options of plateau, and the rates that they give on the losses above. */
const watched: readonly (readonly [options: object, rates: readonly number[]])[] = [
  [{}, [1, 1, 1, 1, 0.5, 0.25, 0.125, 0.125]],
  [{ patience: 1 }, [1, 1, 1, 1, 1, 0.5, 0.5, 0.5]],
  [{ factor: 0.1 }, [1, 1, 1, 1, 0.1, 0.01, 0.001, 0.001]],
  [{ mode: 'max' }, [1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]],
  [{ cooldown: 1 }, [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]],
  [{ minLr: 0.4 }, [1, 1, 1, 1, 0.5, 0.4, 0.4, 0.4]],
  [{ eps: 0.3 }, [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]],
  [{ threshold: 0 }, [1, 1, 1, 1, 0.5, 0.25, 0.25, 0.25]],
  [{ threshold: 0.105, thresholdMode: 'abs' }, [1, 1, 0.5, 0.5, 0.25, 0.125, 0.0625, 0.03125]],
  [{ threshold: 0.105 }, [1, 1, 0.5, 0.5, 0.25, 0.125, 0.0625, 0.0625]],
];

for (const [options, expected] of watched)
  test(`plateau ${JSON.stringify(options)}`, () => {
    const seen = rates({ schedule: { ...plateau, ...options } }, 0, falling).map(([lr]) => lr ?? 0);
    seen.forEach((lr, i) => {
      assert.ok(Math.abs(lr - (expected[i] ?? 0)) < 1e-12, `${seen}`);
    });
  });

test('warm-up goes in front of any schedule, smoothly where that steps with the batches', () => {
  const warm = { epochs: 2, startFactor: 0.1 };
  for (const { schedule, momentum = 0 } of pairs) {
    const { name } = typeof schedule === 'string' ? { name: schedule } : schedule;
    const seen = rates({ schedule, warmup: warm }, momentum).map(([lr]) => lr ?? 0);
    const per = name === 'plateau' || seen.length === epochs ? 1 : stepsPerEpoch;
    const start = seen[0] ?? 0;
    const full = seen[2 * per - 1] ?? 0;
    assert.ok(start < 0.6 * full, `${name}: ${seen.slice(0, 9)}`);
  }
  const alone = rates({ warmup: warm }).map(([lr]) => lr ?? 0);
  assert.equal(alone.length, epochs * stepsPerEpoch);
  alone.forEach((lr, i) => {
    assert.ok(Math.abs(lr - Math.min(1, 0.1 + (0.9 * i) / 8)) < 1e-12, `${i}: ${lr}`);
  });
});

test('after a warm-up the schedule starts from its beginning, and cosine ends with the run', () => {
  const warm = { epochs: 2, startFactor: 0.1 };
  const seen = rates({ schedule: 'cosine', warmup: warm }).map(([lr]) => lr ?? 0);
  const optimizer = optimizerOf();
  const expected = new lrScheduler.SequentialLR(
    optimizer,
    [
      new lrScheduler.LinearLR(optimizer, { startFactor: 0.1, totalIters: 8 }),
      new lrScheduler.CosineAnnealingLR(optimizer, 24),
    ],
    [8],
  );
  assert.deepEqual(
    seen,
    record(optimizer, expected, 32).map(([lr]) => lr),
  );
  const watching = rates({ schedule: plateau, warmup: warm }, 0, [1, 1, 1, 1, 1]).map(([lr]) => lr);
  assert.deepEqual(watching.slice(0, 5), [0.1, 0.55, 1, 1, 0.5]);
});

test('a schedule goes on from its state', () => {
  for (const { schedule, momentum = 0 } of pairs) {
    const settings = resolveSettings({ epochs }, { schedule, warmup: 1 });
    const run = (from: number) => {
      const optimizer = optimizerOf(momentum);
      const made = makeSchedule(optimizer, settings, stepsPerEpoch);
      assert.ok(made !== null);
      for (let i = 0; i < from; i++) made.scheduler.step(1);
      return { optimizer, scheduler: made.scheduler };
    };
    const whole = run(6);
    const again = run(0);
    again.optimizer.loadStateDict(run(5).optimizer.stateDict());
    again.scheduler.loadStateDict(JSON.parse(JSON.stringify(run(5).scheduler.stateDict())));
    again.scheduler.step(1);
    assert.equal(again.optimizer.lr, whole.optimizer.lr, JSON.stringify(schedule));
  }
});
