/** Densities by Parzen's windows: where values lie that were found good, or bad. */
import type { Rng } from '../../core/rng.js';
import { normalDistribution } from '../../nn/normal-distribution.js';

/** A density over what a setting may be. */
export interface Density<T> {
  sample(rng: Rng): T;
  /** A probability, or a density, up to the same factor for all densities of one setting. */
  at(value: T): number;
}

interface Kernel {
  readonly mean: number;
  readonly std: number;
  /** What of it lies in 0–1. */
  readonly mass: number;
}

const { cdf, quantile } = normalDistribution;

/**
 * A mixture of normal distributions cut to 0–1, one about each number and a wide one that stands for not knowing. Each is
 * as wide as the greater distance to its neighbours (Bergstra et al., 2011, section 4).
 */
export function parzen(numbers: readonly number[]): Density<number> {
  const means = [...numbers, 0.5].sort((a, b) => a - b);
  const narrowest = 1 / Math.min(100, means.length + 1);
  let wide = means.indexOf(0.5); // the one that stands for not knowing
  const kernels = means.map((mean, i): Kernel => {
    const left = mean - (means[i - 1] ?? 0);
    const right = (means[i + 1] ?? 1) - mean;
    const std = i === wide ? 1 : Math.min(1, Math.max(narrowest, left, right));
    if (i === wide) wide = -1;
    return { mean, std, mass: cdf((1 - mean) / std) - cdf(-mean / std) };
  });
  return {
    sample(rng) {
      const { mean, std, mass } = kernels[rng.int(kernels.length)] as Kernel; // there is at least one
      const p = cdf(-mean / std) + rng.uniform() * mass;
      return Math.min(1, Math.max(0, mean + std * quantile(Math.min(1 - 1e-7, Math.max(1e-7, p)))));
    },
    at(value) {
      const parts = kernels.map(
        ({ mean, std, mass }) =>
          Math.exp(-0.5 * ((value - mean) / std) ** 2) / (std * mass * Math.sqrt(2 * Math.PI)),
      );
      return parts.reduce((sum, part) => sum + part, 0) / kernels.length;
    },
  };
}

/** How often each of `count` choices was taken, and once more: none is ever out of the question. */
export function frequencies(taken: readonly number[], count: number): Density<number> {
  const weights = new Array<number>(count).fill(1);
  for (const choice of taken) weights[choice] = (weights[choice] ?? 0) + 1;
  const total = taken.length + count;
  return {
    sample(rng) {
      let left = rng.uniform() * total;
      const found = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return found === -1 ? count - 1 : found;
    },
    at: (choice) => (weights[choice] ?? 0) / total,
  };
}
