import { ValueError } from '../core/errors.js';
import { requireWhole } from '../core/options.js';
import type { Interval } from './bootstrap.js';

/** The 97.5 % quantile of the normal distribution: intervals hold 95 %. */
const z = 1.959963984540054;

/**
 * The 95 % interval of a share of which only counts are known (Wilson, 1927): accuracy by how many of how many are right.
 * Where `bootstrap` would give no width, at none and at all, it still has one.
 *
 * @example metrics.wilson(973, 1000) // { estimate: 0.973, low: 0.961…, high: 0.981… }
 */
export function wilson(right: number, count: number): Interval {
  requireWhole('wilson', { count });
  if (!(right >= 0 && right <= count))
    throw new ValueError('wilson', `right=${right} must be a number from 0 to count=${count}`);
  const share = right / count;
  const scale = 1 + z ** 2 / count;
  const middle = (share + z ** 2 / (2 * count)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return {
    estimate: share,
    low: right === 0 ? 0 : middle - half,
    high: right === count ? 1 : middle + half,
  };
}
