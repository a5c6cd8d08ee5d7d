import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { Rng } from '../core/rng.js';
import { defaultGenerator } from '../tensor/generator.js';

/** What a number would be on other samples of the same kind. */
export interface Interval {
  /** On the samples themselves. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** How often samples are drawn anew. @default 2000 */
  numResamples?: number;
  /** The share of those that the interval holds, 0–1. @default 0.95 */
  confidence?: number;
  /** @default drawn from the generator that `manualSeed` seeds */
  seed?: number;
}

const readOptions = optionReader<BootstrapOptions>('bootstrap', {
  numResamples: true,
  confidence: true,
  seed: true,
});

/**
 * The interval of a statistic by the percentiles of its values on samples drawn with replacement (Efron, 1979). `statistic`
 * gets the samples by their numbers, 0 … count − 1.
 *
 * @example metrics.bootstrap(right.length, (chosen) => chosen.reduce((sum, n) => sum + right[n], 0) / chosen.length)
 */
export function bootstrap(
  count: number,
  statistic: (samples: Int32Array) => number,
  ...given: [options?: BootstrapOptions]
): Interval {
  const options = readOptions(given);
  const { numResamples = 2000, confidence = 0.95, seed = defaultGenerator.drawSeed() } = options;
  requireWhole('bootstrap', { count, numResamples });
  if (!(confidence > 0 && confidence < 1))
    throw new ValueError('bootstrap', `confidence=${confidence} must be a number between 0 and 1`);
  const all = Int32Array.from({ length: count }, (_, n) => n);
  const values = Float64Array.from({ length: numResamples }, (_, i) => {
    const rng = new Rng(seed, 0, i);
    return statistic(all.map(() => rng.int(count)));
  }).sort();
  return {
    estimate: statistic(all),
    low: quantile(values, (1 - confidence) / 2),
    high: quantile(values, (1 + confidence) / 2),
  };
}

/** Of sorted values, between two of them linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at % 1);
}
