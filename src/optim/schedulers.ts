/** A schedule of `schedules.ts` on each group of an optimizer. */
import { optionReader } from '../core/options.js';
import type { Optimizer } from './optimizer.js';
import { LRScheduler, perGroup, requireOptimizer, schedulerNotes } from './scheduler.js';
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
  type PolynomialLROptions,
  polynomialLR,
  type StepLROptions,
  stepLR,
  type WarmRestartsOptions,
} from './schedules.js';

export type EpochFunction = (epoch: number) => number;
export type ForGroups<F> = F | readonly F[];

/** The base rate · lambda(epoch), set anew each time; one function for all groups or one for each. */
export class LambdaLR extends LRScheduler<{ readonly lambda: readonly EpochFunction[] }> {
  constructor(optimizer: Optimizer, lambda: ForGroups<EpochFunction>) {
    requireOptimizer('LambdaLR', optimizer);
    super(optimizer, { lambda: perGroup('LambdaLR', 'lambda', lambda, optimizer) });
  }

  protected override rate(epoch: number, lr: number, group: number): number {
    return lambdaLR({ lr, lambda: this.settings.lambda[group] as EpochFunction })(epoch);
  }

  protected override next(_lr: number, epoch: number, baseLr: number, group: number): number {
    return this.rate(epoch, baseLr, group);
  }
}

/** Each rate times lambda(epoch) at each step; one function for all groups or one for each. */
export class MultiplicativeLR extends LRScheduler<{ readonly lambda: readonly EpochFunction[] }> {
  constructor(optimizer: Optimizer, lambda: ForGroups<EpochFunction>) {
    requireOptimizer('MultiplicativeLR', optimizer);
    super(optimizer, { lambda: perGroup('MultiplicativeLR', 'lambda', lambda, optimizer) });
  }

  /** One step from the start: there is no form of more. */
  protected override rate(epoch: number, baseLr: number, group: number): number {
    return this.next(baseLr, epoch, baseLr, group);
  }

  protected override next(lr: number, epoch: number, _baseLr: number, group: number): number {
    const lambda = this.settings.lambda[group] as EpochFunction;
    return epoch === 0 ? lr : lambdaLR({ lr, lambda })(epoch);
  }

  /** Goes to step `epoch` and multiplies the rates by lambda(epoch): they have no other form. */
  override stepTo(epoch: number): void {
    this.lastEpoch = epoch - 1;
    if (epoch === 0) this.begin();
    else this.step();
  }
}

const readStep = optionReader<Omit<StepLROptions, 'stepSize'>>(
  'StepLR',
  { gamma: true },
  schedulerNotes,
);

/** lr · gamma^⌊epoch / stepSize⌋. */
export class StepLR extends LRScheduler<StepLROptions> {
  constructor(
    optimizer: Optimizer,
    stepSize: number,
    ...given: [options?: Omit<StepLROptions, 'stepSize'>]
  ) {
    super(optimizer, { stepSize, ...readStep(given) });
  }

  protected override rate(epoch: number, lr: number): number {
    return stepLR({ lr, ...this.settings })(epoch);
  }
}

const readMultiStep = optionReader<Omit<MultiStepLROptions, 'milestones'>>(
  'MultiStepLR',
  { gamma: true },
  schedulerNotes,
);

/** lr · gamma^(number of milestones reached). */
export class MultiStepLR extends LRScheduler<MultiStepLROptions> {
  constructor(
    optimizer: Optimizer,
    milestones: readonly number[],
    ...given: [options?: Omit<MultiStepLROptions, 'milestones'>]
  ) {
    super(optimizer, { milestones, ...readMultiStep(given) });
  }

  protected override rate(epoch: number, lr: number): number {
    return multiStepLR({ lr, ...this.settings })(epoch);
  }
}

/** lr · gamma^epoch. */
export class ExponentialLR extends LRScheduler<{ readonly gamma: number }> {
  constructor(optimizer: Optimizer, gamma: number) {
    super(optimizer, { gamma });
  }

  protected override rate(epoch: number, lr: number): number {
    return exponentialLR({ lr, ...this.settings })(epoch);
  }
}

const readConstant = optionReader<ConstantLROptions>(
  'ConstantLR',
  { factor: true, totalIters: true },
  schedulerNotes,
);

/** lr · factor for `totalIters` epochs, then lr. */
export class ConstantLR extends LRScheduler<ConstantLROptions> {
  constructor(optimizer: Optimizer, ...given: [options?: ConstantLROptions]) {
    super(optimizer, readConstant(given));
  }

  protected override rate(epoch: number, lr: number): number {
    return constantLR({ lr, ...this.settings })(epoch);
  }
}

const readLinear = optionReader<LinearLROptions>(
  'LinearLR',
  { startFactor: true, endFactor: true, totalIters: true },
  schedulerNotes,
);

/** From lr · startFactor to lr · endFactor in `totalIters` epochs: a warm-up. */
export class LinearLR extends LRScheduler<LinearLROptions> {
  constructor(optimizer: Optimizer, ...given: [options?: LinearLROptions]) {
    super(optimizer, readLinear(given));
  }

  protected override rate(epoch: number, lr: number): number {
    return linearLR({ lr, ...this.settings })(epoch);
  }
}

const readPolynomial = optionReader<PolynomialLROptions>(
  'PolynomialLR',
  { totalIters: true, power: true },
  schedulerNotes,
);

/** lr · (1 − epoch / totalIters)^power, down to 0. */
export class PolynomialLR extends LRScheduler<PolynomialLROptions> {
  constructor(optimizer: Optimizer, ...given: [options?: PolynomialLROptions]) {
    super(optimizer, readPolynomial(given));
  }

  protected override rate(epoch: number, lr: number): number {
    return polynomialLR({ lr, ...this.settings })(epoch);
  }
}

const readCosine = optionReader<Omit<CosineAnnealingLROptions, 'tMax'>>(
  'CosineAnnealingLR',
  { etaMin: true },
  schedulerNotes,
);

/** Half a cosine from lr to `etaMin` in `tMax` epochs; after that it climbs again, as PyTorch's does. */
export class CosineAnnealingLR extends LRScheduler<CosineAnnealingLROptions> {
  constructor(
    optimizer: Optimizer,
    tMax: number,
    ...given: [options?: Omit<CosineAnnealingLROptions, 'tMax'>]
  ) {
    super(optimizer, { tMax, ...readCosine(given) });
  }

  protected override rate(epoch: number, lr: number): number {
    return cosineAnnealingLR({ lr, ...this.settings })(epoch);
  }

  /** What is above `etaMin` is scaled; from the bottom the rate climbs by what the schedule does. */
  protected override next(lr: number, epoch: number, baseLr: number): number {
    const { tMax, etaMin = 0 } = this.settings;
    const height = cosineAnnealingLR({ lr: 1, tMax });
    if (epoch === 0) return lr;
    const after = this.rate(epoch, baseLr);
    if (lr === this.rate(epoch - 1, baseLr)) return after;
    if (height(epoch - 1) === 0) return lr + after - etaMin;
    return etaMin + (lr - etaMin) * (height(epoch) / height(epoch - 1));
  }
}

const readRestarts = optionReader<Omit<WarmRestartsOptions, 't0'>>(
  'CosineAnnealingWarmRestarts',
  { tMult: true, etaMin: true },
  schedulerNotes,
);

/** Half cosines one after the other, set anew each time; `stepTo(epoch + batch / batches)` moves within an epoch. */
export class CosineAnnealingWarmRestarts extends LRScheduler<WarmRestartsOptions> {
  constructor(
    optimizer: Optimizer,
    t0: number,
    ...given: [options?: Omit<WarmRestartsOptions, 't0'>]
  ) {
    super(optimizer, { t0, ...readRestarts(given) });
  }

  protected override rate(epoch: number, lr: number): number {
    return cosineAnnealingWarmRestarts({ lr, ...this.settings })(epoch);
  }

  protected override next(_lr: number, epoch: number, baseLr: number): number {
    return this.rate(epoch, baseLr);
  }
}
