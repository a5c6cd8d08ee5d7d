/** Learning-rate schedulers as PyTorch users know them: a schedule of `schedules.ts` for each group, and a step count. */
import { CheckpointError, ValueError } from '../core/errors.js';
import type { Optimizer } from './optimizer.js';
import {
  type ConstantLROptions,
  type CosineAnnealingLROptions,
  constantLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  exponentialLR,
  type LinearLROptions,
  lambdaLR,
  linearLR,
  type MultiStepLROptions,
  multiStepLR,
  type OneCycleLROptions,
  oneCycleLR,
  type Schedule,
  type StepLROptions,
  sequentialLR,
  stepLR,
  type WarmRestartsOptions,
} from './schedules.js';

export {
  type PlateauOptions,
  type PlateauSchedulerState,
  ReduceLROnPlateau,
} from './reduce-lr-on-plateau.js';

/** The schedule of a group that starts from `lr`. */
export type ScheduleMaker = (lr: number, group: number) => Schedule;

export interface SchedulerState {
  readonly lastEpoch: number;
  readonly baseLrs: readonly number[];
  readonly lastLrs: readonly number[];
}

/**
 * Sets the learning rates of an optimizer's groups, step by step. A rate that somebody else has changed since (another
 * scheduler, or the user) is scaled as the schedule would have scaled its own: so schedulers chain as in PyTorch.
 */
export abstract class LRScheduler {
  /** Steps made so far: epochs or batches, whatever `step()` is called after. */
  lastEpoch = 0;
  private baseLrs: readonly number[];
  private schedules: readonly Schedule[];
  /** What this scheduler set, or would have set, last. */
  private lastLrs: readonly number[];

  constructor(
    readonly optimizer: Optimizer,
    /** @internal The schedule of a group. */
    readonly scheduleFor: ScheduleMaker,
  ) {
    this.baseLrs = optimizer.paramGroups.map((group) => {
      group.initialLr ??= group.lr;
      return group.initialLr;
    });
    this.schedules = this.baseLrs.map(scheduleFor);
    this.lastLrs = this.baseLrs;
    this.stepTo(0);
  }

  /** Goes on by one step. Call it after `optimizer.step()`, once an epoch or once a batch. */
  step(): void {
    this.stepTo(this.lastEpoch + 1);
  }

  /** Goes to step `epoch`. */
  stepTo(epoch: number): void {
    const next = this.schedules.map((schedule) => schedule(epoch));
    this.lastEpoch = epoch;
    this.optimizer.paramGroups.forEach((group, i) => {
      const before = this.lastLrs[i] ?? 0;
      const after = next[i] ?? group.lr;
      group.lr = group.lr === before || before === 0 ? after : group.lr * (after / before);
    });
    this.lastLrs = next;
  }

  /** The learning rate of each group now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): SchedulerState {
    const { lastEpoch, baseLrs, lastLrs } = this;
    return { lastEpoch, baseLrs, lastLrs };
  }

  /** Goes on from where `stateDict()` was taken; the learning rates themselves come with the optimizer's state. */
  loadStateDict({ lastEpoch, baseLrs, lastLrs }: SchedulerState): void {
    const groups = this.optimizer.paramGroups.length;
    if (baseLrs.length !== groups || lastLrs.length !== groups)
      throw new CheckpointError(
        this.constructor.name,
        `the state dict has ${baseLrs.length} learning rates, the optimizer ${groups} parameter groups`,
      );
    this.lastEpoch = lastEpoch;
    this.baseLrs = [...baseLrs];
    this.lastLrs = [...lastLrs];
    this.schedules = this.baseLrs.map(this.scheduleFor);
  }
}

/** lr · lambda(epoch), with one function for all groups or one for each. */
export class LambdaLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    lambda: ((epoch: number) => number) | readonly ((epoch: number) => number)[],
  ) {
    const groups = optimizer.paramGroups.length;
    const lambdas = typeof lambda === 'function' ? Array(groups).fill(lambda) : lambda;
    if (lambdas.length !== groups)
      throw new ValueError(
        'LambdaLR',
        `${lambdas.length} functions for ${groups} parameter groups, one for each is required`,
      );
    super(optimizer, (lr, i) => lambdaLR({ lr, lambda: lambdas[i] }));
  }
}

/** lr · gamma^⌊epoch / stepSize⌋. */
export class StepLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    stepSize: number,
    options: Omit<StepLROptions, 'stepSize'> = {},
  ) {
    super(optimizer, (lr) => stepLR({ lr, stepSize, ...options }));
  }
}

/** lr · gamma^(number of milestones reached). */
export class MultiStepLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    options: Omit<MultiStepLROptions, 'milestones'> = {},
  ) {
    super(optimizer, (lr) => multiStepLR({ lr, milestones, ...options }));
  }
}

/** lr · gamma^epoch. */
export class ExponentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, gamma: number) {
    super(optimizer, (lr) => exponentialLR({ lr, gamma }));
  }
}

/** lr · factor for `totalIters` epochs, then lr. */
export class ConstantLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: ConstantLROptions = {}) {
    super(optimizer, (lr) => constantLR({ lr, ...options }));
  }
}

/** From lr · startFactor to lr · endFactor in `totalIters` epochs: a warm-up. */
export class LinearLR extends LRScheduler {
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    super(optimizer, (lr) => linearLR({ lr, ...options }));
  }
}

/** Half a cosine from lr to `etaMin` in `tMax` epochs; after that it climbs again. */
export class CosineAnnealingLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    tMax: number,
    options: Omit<CosineAnnealingLROptions, 'tMax'> = {},
  ) {
    super(optimizer, (lr) => cosineAnnealingLR({ lr, tMax, ...options }));
  }
}

/** Half cosines one after the other; `stepTo(epoch + batch / batches)` moves within an epoch. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  constructor(optimizer: Optimizer, t0: number, options: Omit<WarmRestartsOptions, 't0'> = {}) {
    super(optimizer, (lr) => cosineAnnealingWarmRestarts({ lr, t0, ...options }));
  }
}

/**
 * Up to `maxLr` (one for all groups, or one for each) and down again, once; `step()` after each batch. Momentum is left
 * alone: this is PyTorch's with `cycle_momentum=False`.
 */
export class OneCycleLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    maxLr: number | readonly number[],
    options: Omit<OneCycleLROptions, 'maxLr'>,
  ) {
    const groups = optimizer.paramGroups.length;
    const maxima = typeof maxLr === 'number' ? Array<number>(groups).fill(maxLr) : maxLr;
    if (maxima.length !== groups)
      throw new ValueError(
        'OneCycleLR',
        `${maxima.length} values of maxLr for ${groups} parameter groups, one for each is required`,
      );
    super(optimizer, (lr, i) => oneCycleLR({ maxLr: maxima[i] ?? lr, ...options }));
  }
}

/** One scheduler after the other: the next takes over, from its start, at each milestone. */
export class SequentialLR extends LRScheduler {
  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
  ) {
    for (const scheduler of schedulers)
      if (scheduler.optimizer !== optimizer)
        throw new ValueError(
          'SequentialLR',
          'the schedulers belong to different optimizers, all must belong to the one given',
        );
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    super(optimizer, (lr, i) =>
      sequentialLR({ schedules: schedulers.map((s) => s.scheduleFor(lr, i)), milestones }),
    );
  }
}
