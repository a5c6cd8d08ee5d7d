import { CheckpointError, ValueError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import type { Optimizer } from './optimizer.js';
import { perGroup, requireOptimizer } from './scheduler.js';

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

const readOptions = optionReader<PlateauOptions>(
  'ReduceLROnPlateau',
  {
    mode: true,
    factor: true,
    patience: true,
    threshold: true,
    thresholdMode: true,
    cooldown: true,
    minLr: true,
    eps: true,
  },
  { verbose: 'print scheduler.getLastLr()' },
);

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
    ...given: [options?: PlateauOptions]
  ) {
    requireOptimizer('ReduceLROnPlateau', optimizer);
    const {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    } = readOptions(given);
    requireOneOf('ReduceLROnPlateau', 'mode', mode, ['min', 'max']);
    requireOneOf('ReduceLROnPlateau', 'thresholdMode', thresholdMode, ['rel', 'abs']);
    if (!(factor < 1))
      throw new ValueError('ReduceLROnPlateau', `factor=${factor} must be less than 1`);
    this.minLrs = perGroup('ReduceLROnPlateau', 'minLr', minLr, optimizer);
    this.rule = { mode, patience, threshold, thresholdMode, cooldown };
    this.factor = factor;
    this.eps = eps;
    this.state = { best: worstOf(mode), numBadEpochs: 0, cooldownCounter: 0 };
  }

  /** Takes the metric of one more epoch: a number, or a tensor of one element. */
  step(metric: number | { item(): number }): void {
    const value = typeof metric === 'object' && metric !== null ? metric.item() : metric;
    if (typeof value !== 'number')
      throw new ValueError(
        'ReduceLROnPlateau',
        `step() got ${value === undefined ? 'no metric' : typeof value}; pass what is watched: scheduler.step(testLoss)`,
      );
    const { state, reduce } = observePlateau(this.state, value, this.rule);
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
    const best = state.best ?? worstOf(this.rule.mode); // JSON writes an infinite one as null
    const { lastEpoch, numBadEpochs, cooldownCounter } = state;
    for (const [name, value] of Object.entries({ lastEpoch, best, numBadEpochs, cooldownCounter }))
      if (typeof value !== 'number')
        throw new CheckpointError('ReduceLROnPlateau', `${name} is ${typeof value}, not a number`);
    this.lastEpoch = lastEpoch;
    this.state = { best, numBadEpochs, cooldownCounter };
  }
}

function worstOf(mode: 'min' | 'max'): number {
  return mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
