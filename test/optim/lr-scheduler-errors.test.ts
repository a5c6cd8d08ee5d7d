import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { zeros } from '../../src/tensor/creation.js';
import { twoGroups } from './scheduler-cases.js';

const {
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
} = optim.lrScheduler;

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
