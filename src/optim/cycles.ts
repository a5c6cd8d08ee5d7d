/** Learning rates that go up and down, set after each batch; with them the momentum goes the other way. */

import { ValueError } from '../core/errors.js';
import { optionReader, requireOneOf, requireWhole } from '../core/options.js';
import { cosine, linear, requireNumbers, requireShare } from './schedule-arithmetic.js';
import type { Schedule } from './schedules.js';

/** The form of a cycle, whatever its heights. */
export interface OneCycleShape {
  /** Steps of the cycle: the last is totalSteps − 1, what a loop steps after it stays there, and more is an error. */
  readonly totalSteps: number;
  /** Share of the cycle in which the learning rate rises. @default 0.3 */
  readonly pctStart?: number;
  /** @default 'cos' */
  readonly annealStrategy?: 'cos' | 'linear';
  /** Whether it falls back to its start in a phase as long as the rise, before it ends. @default false */
  readonly threePhase?: boolean;
}

export interface OneCycleLROptions extends OneCycleShape {
  /** Highest learning rate. */
  readonly maxLr: number;
  /** It starts at maxLr / divFactor. @default 25 */
  readonly divFactor?: number;
  /** It ends at its start / finalDivFactor. @default 1e4 */
  readonly finalDivFactor?: number;
}

const readOneCycle = optionReader<OneCycleLROptions>('oneCycleLR', {
  maxLr: true,
  totalSteps: true,
  pctStart: true,
  annealStrategy: true,
  divFactor: true,
  finalDivFactor: true,
  threePhase: true,
});

/** Up and down once (Smith & Topin, 2018, https://arxiv.org/abs/1708.07120), to be set after each batch. */
export function oneCycleLR(...given: [options: OneCycleLROptions]): Schedule {
  const { maxLr, divFactor = 25, finalDivFactor = 1e4, ...shape } = readOneCycle(given);
  requireNumbers('oneCycleLR', { maxLr, divFactor, finalDivFactor });
  const start = maxLr / divFactor;
  return oneCycle(shape, { start, peak: maxLr, end: start / finalDivFactor });
}

/** From `start` to `peak` and down to `end`. */
export function oneCycle(
  { totalSteps, pctStart = 0.3, annealStrategy = 'cos', threePhase = false }: OneCycleShape,
  { start, peak, end }: Readonly<Record<'start' | 'peak' | 'end', number>>,
): Schedule {
  requireWhole('oneCycleLR', { totalSteps });
  requireShare('oneCycleLR', { pctStart });
  requireOneOf('oneCycleLR', 'annealStrategy', annealStrategy, ['cos', 'linear']);
  const rise = pctStart * totalSteps;
  const phases = threePhase
    ? [
        { until: rise - 1, from: start, to: peak },
        { until: 2 * rise - 2, from: peak, to: start },
        { until: totalSteps - 1, from: start, to: end },
      ]
    : [
        { until: rise - 1, from: start, to: peak },
        { until: totalSteps - 1, from: peak, to: end },
      ];
  const anneal = annealStrategy === 'cos' ? cosine : linear;
  return (step) => {
    if (step > totalSteps)
      throw new ValueError(
        'oneCycleLR',
        `step ${step} is beyond the cycle of totalSteps=${totalSteps}; it counts batches, not epochs`,
      );
    let begin = 0;
    for (const [i, { until, from, to }] of phases.entries()) {
      if (step <= until || i === phases.length - 1)
        return anneal(from, to, Math.min(1, (step - begin) / (until - begin)));
      begin = until;
    }
    return end;
  };
}

export interface CyclicShape {
  /** Steps of the rising half. @default 2000 */
  readonly stepSizeUp?: number;
  /** Steps of the falling half. @default stepSizeUp */
  readonly stepSizeDown?: number;
  /**
   * Every cycle as high as the first, each half as high as the one before, or times gamma for each step.
   * @default 'triangular'
   */
  readonly mode?: 'triangular' | 'triangular2' | 'expRange';
  /** Of mode `expRange`. @default 1 */
  readonly gamma?: number;
  /** Height of a cycle, 0–1, in place of the mode's. */
  readonly scaleFn?: (x: number) => number;
  /** What `scaleFn` is given: the number of the cycle, from 1, or of the step, from 0. @default 'cycle' */
  readonly scaleMode?: 'cycle' | 'iterations';
}

export interface CyclicLROptions extends CyclicShape {
  /** Lowest learning rate, that of the start. */
  readonly baseLr: number;
  /** Highest learning rate of the first cycle. */
  readonly maxLr: number;
}

const readCyclic = optionReader<CyclicLROptions>('cyclicLR', {
  baseLr: true,
  maxLr: true,
  stepSizeUp: true,
  stepSizeDown: true,
  mode: true,
  gamma: true,
  scaleFn: true,
  scaleMode: true,
});

/** Up and down again and again (Smith, 2017, https://arxiv.org/abs/1506.01186), to be set after each batch. */
export function cyclicLR(...given: [options: CyclicLROptions]): Schedule {
  const { baseLr, maxLr, ...shape } = readCyclic(given);
  requireNumbers('cyclicLR', { baseLr, maxLr });
  return triangles(shape, baseLr, maxLr);
}

/** From `low` to `high` and back, in straight lines. */
export function triangles(shape: CyclicShape, low: number, high: number): Schedule {
  const { stepSizeUp = 2000, stepSizeDown = stepSizeUp } = shape;
  requireWhole('cyclicLR', { stepSizeUp, stepSizeDown });
  const total = stepSizeUp + stepSizeDown;
  const heightAt = heights(shape);
  return (step) => {
    const cycle = Math.floor(1 + step / total);
    const within = 1 + step / total - cycle;
    const turn = stepSizeUp / total;
    const share = within <= turn ? within / turn : (within - 1) / (turn - 1);
    return low + (high - low) * share * heightAt(cycle, step);
  };
}

function heights({
  mode = 'triangular',
  gamma = 1,
  scaleFn,
  scaleMode = 'cycle',
}: CyclicShape): (cycle: number, step: number) => number {
  requireOneOf('cyclicLR', 'mode', mode, ['triangular', 'triangular2', 'expRange']);
  requireOneOf('cyclicLR', 'scaleMode', scaleMode, ['cycle', 'iterations']);
  if (scaleFn !== undefined) return (cycle, step) => scaleFn(scaleMode === 'cycle' ? cycle : step);
  if (mode === 'expRange') return (_, step) => gamma ** step;
  return (cycle) => (mode === 'triangular' ? 1 : 2 ** (1 - cycle));
}
