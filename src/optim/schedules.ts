/**
 * Learning rates as pure functions of the step (or epoch), counted from 0: nothing to keep, nothing to save. The classes
 * of `lr-scheduler.ts` put them on an optimizer.
 *
 * @example const schedule = optim.cosineAnnealingLR({ lr: 1e-3, tMax: 30 }); optimizer.lr = schedule(epoch);
 */
import { ValueError } from '../core/errors.js';

/** The learning rate at a step. */
export type Schedule = (step: number) => number;

interface WithLr {
  /** Learning rate to start from. */
  readonly lr: number;
}

/** lr · lambda(step). */
export function lambdaLR({
  lr,
  lambda,
}: WithLr & { readonly lambda: (step: number) => number }): Schedule {
  return (step) => lr * lambda(step);
}

export interface StepLROptions {
  /** Steps between two reductions. */
  readonly stepSize: number;
  /** @default 0.1 */
  readonly gamma?: number;
}

/** lr · gamma^⌊step / stepSize⌋. */
export function stepLR({ lr, stepSize, gamma = 0.1 }: WithLr & StepLROptions): Schedule {
  requireWhole('stepLR', { stepSize });
  return (step) => lr * gamma ** Math.floor(step / stepSize);
}

export interface MultiStepLROptions {
  /** Steps at which the learning rate is reduced. */
  readonly milestones: readonly number[];
  /** @default 0.1 */
  readonly gamma?: number;
}

/** lr · gamma^(number of milestones reached). */
export function multiStepLR({
  lr,
  milestones,
  gamma = 0.1,
}: WithLr & MultiStepLROptions): Schedule {
  return (step) => lr * gamma ** milestones.filter((milestone) => milestone <= step).length;
}

/** lr · gamma^step. */
export function exponentialLR({ lr, gamma }: WithLr & { readonly gamma: number }): Schedule {
  return (step) => lr * gamma ** step;
}

export interface ConstantLROptions {
  /** @default 1/3 */
  readonly factor?: number;
  /** Steps before the factor ends. @default 5 */
  readonly totalIters?: number;
}

/** lr · factor for `totalIters` steps, then lr. */
export function constantLR({
  lr,
  factor = 1 / 3,
  totalIters = 5,
}: WithLr & ConstantLROptions): Schedule {
  requireShare('constantLR', { factor });
  return (step) => (step < totalIters ? lr * factor : lr);
}

export interface LinearLROptions {
  /** @default 1/3 */
  readonly startFactor?: number;
  /** @default 1 */
  readonly endFactor?: number;
  /** Steps from one factor to the other. @default 5 */
  readonly totalIters?: number;
}

/** From lr · startFactor to lr · endFactor in `totalIters` equal steps, and then that: a warm-up. */
export function linearLR({
  lr,
  startFactor = 1 / 3,
  endFactor = 1,
  totalIters = 5,
}: WithLr & LinearLROptions): Schedule {
  requireShare('linearLR', { startFactor, endFactor });
  requireWhole('linearLR', { totalIters });
  return (step) => {
    const share = Math.min(step, totalIters) / totalIters;
    return lr * (startFactor + (endFactor - startFactor) * share);
  };
}

export interface CosineAnnealingLROptions {
  /** Steps from the highest to the lowest learning rate. */
  readonly tMax: number;
  /** Lowest learning rate. @default 0 */
  readonly etaMin?: number;
}

/**
 * Half a cosine (Loshchilov & Hutter, 2017, https://arxiv.org/abs/1608.03983):
 * etaMin + (lr − etaMin) · (1 + cos(π · step / tMax)) / 2. After tMax it climbs again, as PyTorch's does.
 */
export function cosineAnnealingLR({
  lr,
  tMax,
  etaMin = 0,
}: WithLr & CosineAnnealingLROptions): Schedule {
  requireWhole('cosineAnnealingLR', { tMax });
  return (step) => cosine(lr, etaMin, step / tMax);
}

export interface WarmRestartsOptions {
  /** Steps of the first cycle. */
  readonly t0: number;
  /** How many times longer each cycle is than the one before. @default 1 */
  readonly tMult?: number;
  /** Lowest learning rate. @default 0 */
  readonly etaMin?: number;
}

/** Half cosines one after the other (SGDR, https://arxiv.org/abs/1608.03983); steps may be fractions. */
export function cosineAnnealingWarmRestarts({
  lr,
  t0,
  tMult = 1,
  etaMin = 0,
}: WithLr & WarmRestartsOptions): Schedule {
  requireWhole('cosineAnnealingWarmRestarts', { t0, tMult });
  return (step) => {
    if (tMult === 1) return cosine(lr, etaMin, (step % t0) / t0);
    let within = step;
    let length = t0;
    while (within >= length) {
      within -= length;
      length *= tMult;
    }
    return cosine(lr, etaMin, within / length);
  };
}

export interface OneCycleLROptions {
  /** Highest learning rate. */
  readonly maxLr: number;
  /** Steps of the cycle; further steps are an error. */
  readonly totalSteps: number;
  /** Share of the cycle in which the learning rate rises. @default 0.3 */
  readonly pctStart?: number;
  /** @default 'cos' */
  readonly annealStrategy?: 'cos' | 'linear';
  /** It starts at maxLr / divFactor. @default 25 */
  readonly divFactor?: number;
  /** It ends at its start / finalDivFactor. @default 1e4 */
  readonly finalDivFactor?: number;
  /** Whether it falls back to its start in a phase as long as the rise, before it ends. @default false */
  readonly threePhase?: boolean;
}

/** Up and down once (Smith & Topin, 2018, https://arxiv.org/abs/1708.07120), to be set after each batch. */
export function oneCycleLR({
  maxLr,
  totalSteps,
  pctStart = 0.3,
  annealStrategy = 'cos',
  divFactor = 25,
  finalDivFactor = 1e4,
  threePhase = false,
}: OneCycleLROptions): Schedule {
  requireWhole('oneCycleLR', { totalSteps });
  requireShare('oneCycleLR', { pctStart });
  const start = maxLr / divFactor;
  const end = start / finalDivFactor;
  const rise = pctStart * totalSteps;
  const phases = threePhase
    ? [
        { until: rise - 1, from: start, to: maxLr },
        { until: 2 * rise - 2, from: maxLr, to: start },
        { until: totalSteps - 1, from: start, to: end },
      ]
    : [
        { until: rise - 1, from: start, to: maxLr },
        { until: totalSteps - 1, from: maxLr, to: end },
      ];
  const anneal = annealStrategy === 'cos' ? cosine : linear;
  return (step) => {
    if (step > totalSteps)
      throw new ValueError(
        'oneCycleLR',
        `step ${step} is beyond the cycle of totalSteps=${totalSteps}; it counts batches, not epochs`,
      );
    let begin = 0;
    for (const { until, from, to } of phases) {
      if (step <= until || until === totalSteps - 1)
        return anneal(from, to, (step - begin) / (until - begin));
      begin = until;
    }
    return end;
  };
}

/** One schedule after the other: the next begins, at its step 0, at each milestone. */
export function sequentialLR({
  schedules,
  milestones,
}: {
  readonly schedules: readonly Schedule[];
  readonly milestones: readonly number[];
}): Schedule {
  if (schedules.length !== milestones.length + 1)
    throw new ValueError(
      'sequentialLR',
      `${schedules.length} schedules with ${milestones.length} milestones, one milestone fewer than schedules is required`,
    );
  return (step) => {
    const reached = milestones.filter((milestone) => milestone <= step);
    return schedules[reached.length]?.(step - (reached.at(-1) ?? 0)) ?? 0;
  };
}

function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

function linear(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function requireWhole(subject: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isInteger(value) || value < 1)
      throw new ValueError(subject, `${name}=${value} must be a whole number ≥ 1`);
}

function requireShare(subject: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (!(value >= 0 && value <= 1))
      throw new ValueError(subject, `${name}=${value} must be from 0 to 1`);
}
