import { CheckpointError, ValueError } from '../core/errors.js';
import type { Optimizer } from './optimizer.js';

export interface PlateauOptions {
  /** Whether the metric should fall (a loss) or rise (an accuracy). @default 'min' */
  readonly mode?: 'min' | 'max';
  /** What the learning rate is multiplied by, less than 1. @default 0.1 */
  readonly factor?: number;
  /** Epochs without improvement that are let pass. @default 10 */
  readonly patience?: number;
  /** Least change that counts as improvement. @default 1e-4 */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best value or absolute. @default 'rel' */
  readonly thresholdMode?: 'rel' | 'abs';
  /** Epochs after a reduction that do not count. @default 0 */
  readonly cooldown?: number;
  /** Lowest learning rate, for all groups or for each. @default 0 */
  readonly minLr?: number | readonly number[];
  /** Changes of the learning rate below this are not made. @default 1e-8 */
  readonly eps?: number;
}

/** What has been seen so far. */
export interface PlateauState {
  readonly best: number;
  readonly numBadEpochs: number;
  readonly cooldownCounter: number;
}

export interface PlateauSchedulerState extends PlateauState {
  readonly lastEpoch: number;
}

type PlateauRule = Required<
  Pick<PlateauOptions, 'mode' | 'patience' | 'threshold' | 'thresholdMode' | 'cooldown'>
>;

/** What is known after one more `metric`, and whether the learning rate is to be reduced now. */
export function observePlateau(
  state: PlateauState,
  metric: number,
  { mode, patience, threshold, thresholdMode, cooldown }: PlateauRule,
): { readonly state: PlateauState; readonly reduce: boolean } {
  const sign = mode === 'min' ? -1 : 1;
  const bound =
    thresholdMode === 'rel' ? state.best * (1 + sign * threshold) : state.best + sign * threshold;
  const better = mode === 'min' ? metric < bound : metric > bound;
  const best = better ? metric : state.best;
  const cooling = state.cooldownCounter > 0;
  const bad = better || cooling ? 0 : state.numBadEpochs + 1;
  const reduce = bad > patience;
  const counter = reduce ? cooldown : state.cooldownCounter - (cooling ? 1 : 0);
  return {
    state: { best, numBadEpochs: reduce ? 0 : bad, cooldownCounter: counter },
    reduce,
  };
}

/** Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` epochs. */
export class ReduceLROnPlateau {
  lastEpoch = 0;
  private readonly rule: PlateauRule;
  private readonly factor: number;
  private readonly minLrs: readonly number[];
  private readonly eps: number;
  private state: PlateauState;

  constructor(
    readonly optimizer: Optimizer,
    {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    }: PlateauOptions = {},
  ) {
    if (!(factor < 1))
      throw new ValueError('ReduceLROnPlateau', `factor=${factor} must be less than 1`);
    const groups = optimizer.paramGroups.length;
    this.minLrs = typeof minLr === 'number' ? Array<number>(groups).fill(minLr) : minLr;
    if (this.minLrs.length !== groups)
      throw new ValueError(
        'ReduceLROnPlateau',
        `${this.minLrs.length} values of minLr for ${groups} parameter groups, one for each is required`,
      );
    this.rule = { mode, patience, threshold, thresholdMode, cooldown };
    this.factor = factor;
    this.eps = eps;
    const worst = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.state = { best: worst, numBadEpochs: 0, cooldownCounter: 0 };
  }

  /** Takes the metric of one more epoch. */
  step(metric: number): void {
    const { state, reduce } = observePlateau(this.state, metric, this.rule);
    this.state = state;
    this.lastEpoch++;
    if (!reduce) return;
    this.optimizer.paramGroups.forEach((group, i) => {
      const lr = Math.max(group.lr * this.factor, this.minLrs[i] ?? 0);
      if (group.lr - lr > this.eps) group.lr = lr;
    });
  }

  /** The learning rate of each group now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): PlateauSchedulerState {
    return { lastEpoch: this.lastEpoch, ...this.state };
  }

  /** Goes on from where `stateDict()` was taken; the learning rates themselves come with the optimizer's state. */
  loadStateDict(state: PlateauSchedulerState): void {
    for (const [name, value] of Object.entries(state))
      if (typeof value !== 'number')
        throw new CheckpointError('ReduceLROnPlateau', `${name} is ${typeof value}, not a number`);
    const { lastEpoch, ...seen } = state;
    this.lastEpoch = lastEpoch;
    this.state = seen;
  }
}
