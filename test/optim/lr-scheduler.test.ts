import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import { readGolden } from '../nn/golden.js';

const goldens = readGolden<{
  schedulers: Record<string, number[][]>;
  chained: Record<string, number[]>;
  sequences: Record<string, number[]>;
  resumed: Record<string, number[]>;
  momenta: Record<string, number[][]>;
  plateau: { losses: number[]; rates: Record<string, number[][]> };
}>('optim.json');

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
      'LambdaLR: 1 values of lambda for 2 parameter groups, one for each is required',
    ],
    [
      () => new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.9)], [3]),
      'SequentialLR: 1 schedules with 1 milestones, one milestone fewer than schedules is required',
    ],
    [
      () => new SequentialLR(optimizer, [new ExponentialLR(twoGroups(), 0.9)], []),
      'SequentialLR: the schedulers belong to different optimizers, all must belong to one',
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
  const loose = optim.lrScheduler as unknown as Record<
    string,
    new (
      ...args: unknown[]
    ) => { step(metric?: unknown): void }
  >;
  const make = (name: string, ...args: unknown[]) =>
    new (loose[name] ?? assert.fail(name))(...args);
  refused.push(
    [
      () => make('StepLR', optimizer, 30, 0.1),
      'StepLR: 0.1 is given where one object with options is required: { gamma: 0.1 }',
    ],
    [
      () => make('CosineAnnealingLR', optimizer, 10, { eta_min: 0.1 }),
      "CosineAnnealingLR: option 'eta_min' is unknown; did you mean etaMin?",
    ],
    [
      () => make('StepLR', optimizer, 10, { lastEpoch: 3 }),
      "StepLR: option 'lastEpoch' is unknown; resume with loadStateDict() of scheduler and optimizer",
    ],
    [
      () => make('StepLR', {}, 10),
      'StepLR: the first argument is object, an optimizer is required',
    ],
    [() => make('ExponentialLR', optimizer), 'exponentialLR: gamma=undefined must be a number'],
    [() => make('LambdaLR', optimizer, 3), 'lambdaLR: lambda=3 must be a function of the step'],
    [
      () => make('OneCycleLR', optimizer, 0.1),
      'OneCycleLR: the number of steps is missing; pass { totalSteps }, or { epochs, stepsPerEpoch }',
    ],
    [
      () => make('OneCycleLR', optimizer, 0.1, { totalSteps: 9, annealStrategy: 'cosine' }),
      "oneCycleLR: annealStrategy='cosine' must be one of cos, linear",
    ],
    [
      () => make('CyclicLR', optimizer, 0.1, 1, { mode: 'triangle' }),
      "cyclicLR: mode='triangle' must be one of triangular, triangular2, expRange",
    ],
    [
      () => make('ReduceLROnPlateau', optimizer, 'min'),
      "ReduceLROnPlateau: 'min' is given where one object with options is required: { mode: 'min' }",
    ],
    [
      () => make('ReduceLROnPlateau', optimizer, { mode: 'lowest' }),
      "ReduceLROnPlateau: mode='lowest' must be one of min, max",
    ],
    [
      () => make('ReduceLROnPlateau', optimizer).step(),
      'ReduceLROnPlateau: step() got no metric; pass what is watched: scheduler.step(testLoss)',
    ],
    [
      () => make('ChainedScheduler', []),
      'ChainedScheduler: got no schedulers, at least one is required',
    ],
    [() => new StepLR(optimizer, 3).stepTo(-1), 'StepLR: epoch=-1 must be a number ≥ 0'],
  );
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
  const state = new StepLR(twoGroups(), 3).stateDict();
  const single = new StepLR(new optim.SGD([zeros([1])]), 3);
  assert.throws(() => single.loadStateDict(state), {
    name: 'CheckpointError',
    message:
      'StepLR: baseLrs of the state dict has 2 learning rates, the optimizer 1 parameter groups',
  });
  const foreign = new ExponentialLR(twoGroups(), 0.5).stateDict();
  const step = new StepLR(twoGroups(), 3);
  assert.throws(() => step.loadStateDict(foreign), {
    name: 'CheckpointError',
    message:
      'StepLR: the state dict does not fit: stepLR: stepSize=undefined must be a whole number ≥ 1',
  });
  assert.deepEqual(step.stateDict(), state);
});

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

const sgd = () => new optim.SGD([zeros([1])], { lr: 0.1, momentum: 0.5 });

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

const cycles: Readonly<Record<string, (o: optim.Optimizer) => Stepping>> = {
  oneCycle: (o) => new OneCycleLR(o, 0.3, { totalSteps: 20 }),
  'oneCycle three linear': (o) =>
    new OneCycleLR(o, 0.3, {
      totalSteps: 20,
      threePhase: true,
      annealStrategy: 'linear',
      baseMomentum: 0.5,
      maxMomentum: 0.8,
    }),
  cyclic: (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 4, mode: 'triangular2' }),
};

for (const [name, wanted] of Object.entries(goldens.momenta))
  test(`${name}: momentum moves against the learning rate, as in PyTorch`, () => {
    const adam = name.endsWith(' adam');
    const optimizer = adam ? new optim.Adam([zeros([1])], { lr: 0.1 }) : sgd();
    const scheduler = cycles[name.replace(/ \w+$/, '')]?.(optimizer);
    assert.ok(scheduler);
    for (const [step, [lr = 0, momentum = 0]] of wanted.entries()) {
      const [group] = optimizer.paramGroups;
      const found = group && ('betas' in group ? group.betas[0] : group.momentum);
      assert.ok(Math.abs(optimizer.lr - lr) < 1e-8, `lr at step ${step}: ${optimizer.lr}`);
      assert.ok(Math.abs((found ?? 0) - momentum) < 1e-8, `momentum at step ${step}: ${found}`);
      scheduler.step();
    }
  });

test('momentum is not cycled where there is none', () => {
  class Plain extends optim.Optimizer {
    constructor() {
      super([zeros([1])], { lr: 0.1 });
    }
    protected override check() {}
    protected override initialState() {
      return {};
    }
    protected override update() {}
  }
  assert.throws(() => new OneCycleLR(new Plain(), 0.1, { totalSteps: 9 }), {
    name: 'ValueError',
    message:
      'OneCycleLR: the optimizer has neither momentum nor betas to cycle; pass { cycleMomentum: false }',
  });
  new OneCycleLR(new Plain(), 0.1, { totalSteps: 9, cycleMomentum: false }).step();
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
