/** Schedulers that move the momentum (Adam's β₁) against the learning rate; `step()` after each batch. */
import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import {
  type CyclicLROptions,
  type CyclicShape,
  cyclicLR,
  type OneCycleLROptions,
  oneCycle,
  oneCycleLR,
  triangles,
} from './cycles.js';
import type { Optimizer } from './optimizer.js';
import type { Group } from './param-group.js';
import { LRScheduler, perGroup, requireOptimizer, schedulerNotes } from './scheduler.js';

interface MomentumOptions {
  /** Whether momentum goes down while the learning rate goes up, and back. @default true */
  readonly cycleMomentum?: boolean;
  /** Momentum where the learning rate is highest, for all groups or for each. */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum where the learning rate is lowest, for all groups or for each. */
  readonly maxMomentum?: number | readonly number[];
}

/** The momenta between which each group moves; null leaves them alone. */
interface Momenta {
  readonly momenta: readonly { readonly base: number; readonly max: number }[] | null;
}

function momentaOf(
  subject: string,
  optimizer: Optimizer,
  baseMomentum: number | readonly number[],
  maxMomentum: number | readonly number[],
): Momenta['momenta'] {
  for (const { values } of optimizer.paramGroups)
    if (!('momentum' in values || 'betas' in values))
      throw new ValueError(
        subject,
        'the optimizer has neither momentum nor betas to cycle; pass { cycleMomentum: false }',
      );
  const base = perGroup(subject, 'baseMomentum', baseMomentum, optimizer);
  const max = perGroup(subject, 'maxMomentum', maxMomentum, optimizer);
  return base.map((value, i) => ({ base: value, max: max[i] ?? value }));
}

function setMomentum(group: Group, value: number): void {
  const { betas } = group.values as { readonly betas?: readonly [number, number] };
  const options = betas === undefined ? { momentum: value } : { betas: [value, betas[1]] };
  group.assign(options);
}

export interface OneCycleSchedulerOptions
  extends Omit<OneCycleLROptions, 'maxLr' | 'totalSteps'>,
    MomentumOptions {
  /** Steps of the cycle; further steps are an error. @default epochs · stepsPerEpoch */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
}

const readOneCycle = optionReader<OneCycleSchedulerOptions>(
  'OneCycleLR',
  {
    totalSteps: true,
    epochs: true,
    stepsPerEpoch: true,
    pctStart: true,
    annealStrategy: true,
    cycleMomentum: true,
    baseMomentum: true,
    maxMomentum: true,
    divFactor: true,
    finalDivFactor: true,
    threePhase: true,
  },
  schedulerNotes,
);

type OneCycleSettings = Omit<OneCycleLROptions, 'maxLr'> & { readonly maxLr: readonly number[] };

/**
 * Up to `maxLr` (one for all groups, or one for each) and down again, once. Meanwhile momentum, or Adam's β₁, goes from
 * `maxMomentum` (0.95) to `baseMomentum` (0.85) and back.
 */
export class OneCycleLR extends LRScheduler<OneCycleSettings & Momenta> {
  constructor(
    optimizer: Optimizer,
    maxLr: number | readonly number[],
    ...given: [options: OneCycleSchedulerOptions]
  ) {
    requireOptimizer('OneCycleLR', optimizer);
    const {
      epochs = Number.NaN,
      stepsPerEpoch = Number.NaN,
      totalSteps = epochs * stepsPerEpoch,
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      ...shape
    } = readOneCycle(given);
    if (Number.isNaN(totalSteps))
      throw new ValueError(
        'OneCycleLR',
        'the number of steps is missing; pass { totalSteps }, or { epochs, stepsPerEpoch }',
      );
    const maxima = perGroup('OneCycleLR', 'maxLr', maxLr, optimizer);
    const momenta = cycleMomentum
      ? momentaOf('OneCycleLR', optimizer, baseMomentum, maxMomentum)
      : null;
    const settings = { ...shape, divFactor, totalSteps, maxLr: maxima, momenta };
    oneCycleLR({ ...shape, divFactor, totalSteps, maxLr: maxima[0] ?? 0 }); // refused before anything changes
    optimizer.paramGroups.forEach((group, i) => {
      group.initialLr = (maxima[i] ?? 0) / divFactor;
    });
    super(optimizer, settings);
  }

  protected override rate(epoch: number, baseLr: number, group: number): number {
    const { momenta: _, maxLr, ...settings } = this.settings;
    return oneCycleLR({ ...settings, maxLr: maxLr[group] ?? baseLr })(epoch);
  }

  protected override next(_lr: number, epoch: number, baseLr: number, group: number): number {
    return this.rate(epoch, baseLr, group);
  }

  protected override reach(epoch: number): void {
    this.settings.momenta?.forEach(({ base, max }, i) => {
      const group = this.optimizer.paramGroups[i];
      const momentum = oneCycle(this.settings, { start: max, peak: base, end: max });
      if (group !== undefined) setMomentum(group, momentum(epoch));
    });
  }
}

export interface CyclicSchedulerOptions
  extends Omit<CyclicLROptions, 'baseLr' | 'maxLr'>,
    MomentumOptions {}

const readCyclic = optionReader<CyclicSchedulerOptions>(
  'CyclicLR',
  {
    stepSizeUp: true,
    stepSizeDown: true,
    mode: true,
    gamma: true,
    scaleFn: true,
    scaleMode: true,
    cycleMomentum: true,
    baseMomentum: true,
    maxMomentum: true,
  },
  schedulerNotes,
);

type CyclicSettings = CyclicShape & {
  readonly baseLr: readonly number[];
  readonly maxLr: readonly number[];
};

/**
 * Up from `baseLr` to `maxLr` and back, again and again; each one for all groups, or one for each. Meanwhile momentum, or
 * Adam's β₁, goes from `maxMomentum` (0.9) to `baseMomentum` (0.8) and back.
 */
export class CyclicLR extends LRScheduler<CyclicSettings & Momenta> {
  constructor(
    optimizer: Optimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    ...given: [options?: CyclicSchedulerOptions]
  ) {
    requireOptimizer('CyclicLR', optimizer);
    const {
      cycleMomentum = true,
      baseMomentum = 0.8,
      maxMomentum = 0.9,
      ...shape
    } = readCyclic(given);
    const lows = perGroup('CyclicLR', 'baseLr', baseLr, optimizer);
    const highs = perGroup('CyclicLR', 'maxLr', maxLr, optimizer);
    const momenta = cycleMomentum
      ? momentaOf('CyclicLR', optimizer, baseMomentum, maxMomentum)
      : null;
    cyclicLR({ ...shape, baseLr: lows[0] ?? 0, maxLr: highs[0] ?? 0 }); // refused before anything changes
    optimizer.paramGroups.forEach((group, i) => {
      group.lr = lows[i] ?? group.lr;
    });
    super(optimizer, { ...shape, baseLr: lows, maxLr: highs, momenta });
  }

  protected override rate(epoch: number, lr: number, group: number): number {
    const { momenta: _, baseLr, maxLr, ...shape } = this.settings;
    return cyclicLR({ ...shape, baseLr: baseLr[group] ?? lr, maxLr: maxLr[group] ?? lr })(epoch);
  }

  /** The start is where another scheduler has started, if one has: PyTorch's. */
  protected override next(_lr: number, epoch: number, baseLr: number, group: number): number {
    return epoch === 0 ? baseLr : this.rate(epoch, baseLr, group);
  }

  protected override reach(epoch: number): void {
    this.settings.momenta?.forEach(({ base, max }, i) => {
      const group = this.optimizer.paramGroups[i];
      if (group !== undefined) setMomentum(group, triangles(this.settings, max, base)(epoch));
    });
  }
}
