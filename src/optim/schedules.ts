/**
 * Learning rates as pure functions of the step (or epoch), counted from 0: nothing to keep, nothing to save. The classes
 * of `lr-scheduler.ts` put them on an optimizer.
 *
 * @example const schedule = optim.cosineAnnealingLR({ lr: 1e-3, tMax: 30 }); optimizer.lr = schedule(epoch);
 */

import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { cosine, requireNumbers, requireShare } from './schedule-arithmetic.js';

/** The learning rate at a step. */
export type Schedule = (step: number) => number;

export interface WithLr {
  /** Learning rate to start from. */
  readonly lr: number;
}

export interface LambdaLROptions extends WithLr {
  /** What the rate is multiplied by, at each step. */
  readonly lambda: (step: number) => number;
}

const readLambda = optionReader<LambdaLROptions>('lambdaLR', { lr: true, lambda: true });

/** lr · lambda(step). */
export function lambdaLR(...given: [options: LambdaLROptions]): Schedule {
  const { lr, lambda } = readLambda(given);
  requireNumbers('lambdaLR', { lr });
  if (typeof lambda !== 'function')
    throw new ValueError('lambdaLR', `lambda=${lambda} must be a function of the step`);
  return (step) => lr * lambda(step);
}

export interface StepLROptions {
  /** Steps between two reductions. */
  readonly stepSize: number;
  /** @default 0.1 */
  readonly gamma?: number;
}

const readStep = optionReader<WithLr & StepLROptions>('stepLR', {
  lr: true,
  stepSize: true,
  gamma: true,
});

/** lr · gamma^⌊step / stepSize⌋. */
export function stepLR(...given: [options: WithLr & StepLROptions]): Schedule {
  const { lr, stepSize, gamma = 0.1 } = readStep(given);
  requireNumbers('stepLR', { lr, gamma });
  requireWhole('stepLR', { stepSize });
  return (step) => lr * gamma ** Math.floor(step / stepSize);
}

export interface MultiStepLROptions {
  /** Steps at which the learning rate is reduced. */
  readonly milestones: readonly number[];
  /** @default 0.1 */
  readonly gamma?: number;
}

const readMultiStep = optionReader<WithLr & MultiStepLROptions>('multiStepLR', {
  lr: true,
  milestones: true,
  gamma: true,
});

/** lr · gamma^(number of milestones reached). */
export function multiStepLR(...given: [options: WithLr & MultiStepLROptions]): Schedule {
  const { lr, milestones, gamma = 0.1 } = readMultiStep(given);
  requireNumbers('multiStepLR', { lr, gamma });
  if (!Array.isArray(milestones))
    throw new ValueError('multiStepLR', `milestones=${milestones} must be a list of steps`);
  return (step) => lr * gamma ** milestones.filter((milestone) => milestone <= step).length;
}

export interface ExponentialLROptions extends WithLr {
  /** What the rate is multiplied by at each step. */
  readonly gamma: number;
}

const readExponential = optionReader<ExponentialLROptions>('exponentialLR', {
  lr: true,
  gamma: true,
});

/** lr · gamma^step. */
export function exponentialLR(...given: [options: ExponentialLROptions]): Schedule {
  const { lr, gamma } = readExponential(given);
  requireNumbers('exponentialLR', { lr, gamma });
  return (step) => lr * gamma ** step;
}

export interface ConstantLROptions {
  /** @default 1/3 */
  readonly factor?: number;
  /** Steps before the factor ends. @default 5 */
  readonly totalIters?: number;
}

const readConstant = optionReader<WithLr & ConstantLROptions>('constantLR', {
  lr: true,
  factor: true,
  totalIters: true,
});

/** lr · factor for `totalIters` steps, then lr. */
export function constantLR(...given: [options: WithLr & ConstantLROptions]): Schedule {
  const { lr, factor = 1 / 3, totalIters = 5 } = readConstant(given);
  requireNumbers('constantLR', { lr, totalIters });
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

const readLinear = optionReader<WithLr & LinearLROptions>('linearLR', {
  lr: true,
  startFactor: true,
  endFactor: true,
  totalIters: true,
});

/** From lr · startFactor to lr · endFactor in `totalIters` equal steps, and then that: a warm-up. */
export function linearLR(...given: [options: WithLr & LinearLROptions]): Schedule {
  const { lr, startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = readLinear(given);
  requireNumbers('linearLR', { lr });
  requireShare('linearLR', { startFactor, endFactor });
  requireWhole('linearLR', { totalIters });
  return (step) => {
    const share = Math.min(step, totalIters) / totalIters;
    return lr * (startFactor + (endFactor - startFactor) * share);
  };
}

export interface PolynomialLROptions {
  /** Steps until the learning rate is 0. @default 5 */
  readonly totalIters?: number;
  /** @default 1 */
  readonly power?: number;
}

const readPolynomial = optionReader<WithLr & PolynomialLROptions>('polynomialLR', {
  lr: true,
  totalIters: true,
  power: true,
});

/** lr · (1 − step / totalIters)^power, and 0 after `totalIters` steps. */
export function polynomialLR(...given: [options: WithLr & PolynomialLROptions]): Schedule {
  const { lr, totalIters = 5, power = 1 } = readPolynomial(given);
  requireNumbers('polynomialLR', { lr, power });
  requireWhole('polynomialLR', { totalIters });
  return (step) => lr * (1 - Math.min(step, totalIters) / totalIters) ** power;
}

export interface CosineAnnealingLROptions {
  /** Steps from the highest to the lowest learning rate. */
  readonly tMax: number;
  /** Lowest learning rate. @default 0 */
  readonly etaMin?: number;
}

const readCosine = optionReader<WithLr & CosineAnnealingLROptions>('cosineAnnealingLR', {
  lr: true,
  tMax: true,
  etaMin: true,
});

/**
 * Half a cosine (Loshchilov & Hutter, 2017, https://arxiv.org/abs/1608.03983):
 * etaMin + (lr − etaMin) · (1 + cos(π · step / tMax)) / 2. After tMax it climbs again, as PyTorch's does.
 */
export function cosineAnnealingLR(
  ...given: [options: WithLr & CosineAnnealingLROptions]
): Schedule {
  const { lr, tMax, etaMin = 0 } = readCosine(given);
  requireNumbers('cosineAnnealingLR', { lr, etaMin });
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

const readRestarts = optionReader<WithLr & WarmRestartsOptions>('cosineAnnealingWarmRestarts', {
  lr: true,
  t0: true,
  tMult: true,
  etaMin: true,
});

/** Half cosines one after the other (SGDR, https://arxiv.org/abs/1608.03983); steps may be fractions. */
export function cosineAnnealingWarmRestarts(
  ...given: [options: WithLr & WarmRestartsOptions]
): Schedule {
  const { lr, t0, tMult = 1, etaMin = 0 } = readRestarts(given);
  requireNumbers('cosineAnnealingWarmRestarts', { lr, etaMin });
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

export interface SequentialLROptions {
  readonly schedules: readonly Schedule[];
  /** Where the next begins, one fewer than schedules. */
  readonly milestones: readonly number[];
}

const readSequential = optionReader<SequentialLROptions>('sequentialLR', {
  schedules: true,
  milestones: true,
});

/** One schedule after the other: the next begins, at its step 0, at each milestone. */
export function sequentialLR(...given: [options: SequentialLROptions]): Schedule {
  const { schedules, milestones } = readSequential(given);
  requireMilestones('sequentialLR', schedules, milestones);
  return (step) => {
    const reached = milestones.filter((milestone) => milestone <= step);
    return schedules[reached.length]?.(step - (reached.at(-1) ?? 0)) ?? 0;
  };
}

/** Throws unless there is a milestone between each two schedules. */
export function requireMilestones(
  subject: string,
  schedules: readonly unknown[],
  milestones: readonly number[],
): void {
  if (schedules.length === milestones.length + 1) return;
  throw new ValueError(
    subject,
    `${schedules.length} schedules with ${milestones.length} milestones, one milestone fewer than schedules is required`,
  );
}
