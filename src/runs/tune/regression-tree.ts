/** Regression trees over the unit cube, whose leaves are boxes: what a function is, by some points of it. */
import type { Rng } from '../../core/rng.js';

export interface Sample {
  /** Each coordinate 0–1. */
  readonly at: readonly number[];
  readonly value: number;
}

/** A box in which the function is taken for constant. */
export interface Leaf {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly value: number;
}

/** Fewer samples are not parted any more. */
const leastToSplit = 4;

/**
 * The leaves of a tree (Breiman et al., CART, 1984) on samples drawn with replacement, each split chosen among two thirds of
 * the coordinates, as in a random forest (Breiman, 2001).
 */
export function growTree(samples: readonly Sample[], rng: Rng): Leaf[] {
  const drawn = samples.map(() => samples[rng.int(samples.length)] as Sample); // there is one at each place
  const dimensions = samples[0]?.at.length ?? 0;
  const whole = { low: Array<number>(dimensions).fill(0), high: Array<number>(dimensions).fill(1) };
  return grow(drawn, whole.low, whole.high, rng);
}

function grow(
  samples: readonly Sample[],
  low: readonly number[],
  high: readonly number[],
  rng: Rng,
): Leaf[] {
  const split = samples.length < leastToSplit ? null : bestSplit(samples, rng);
  if (split === null) return [{ low, high, value: meanOf(samples) }];
  const { axis, at } = split;
  const below = samples.filter((sample) => (sample.at[axis] ?? 0) < at);
  const above = samples.filter((sample) => (sample.at[axis] ?? 0) >= at);
  return [
    ...grow(below, low, high.with(axis, at), rng),
    ...grow(above, low.with(axis, at), high, rng),
  ];
}

/** The split after which the values of both parts differ least; null where none parts anything. */
function bestSplit(samples: readonly Sample[], rng: Rng): { axis: number; at: number } | null {
  const dimensions = samples[0]?.at.length ?? 0;
  const tried = [...rng.permutation(dimensions)].slice(0, Math.ceil((2 * dimensions) / 3));
  let best: { axis: number; at: number; gain: number } | null = null;
  for (const axis of tried) {
    const sorted = [...samples].sort((a, b) => (a.at[axis] ?? 0) - (b.at[axis] ?? 0));
    const total = sorted.reduce((sum, { value }) => sum + value, 0);
    let left = 0;
    for (let i = 1; i < sorted.length; i++) {
      left += sorted[i - 1]?.value ?? 0;
      const [before, after] = [sorted[i - 1]?.at[axis] ?? 0, sorted[i]?.at[axis] ?? 0];
      if (before === after) continue;
      // What the sum of squares falls by, but for a constant.
      const gain = left ** 2 / i + (total - left) ** 2 / (sorted.length - i);
      if (best === null || gain > best.gain) best = { axis, at: (before + after) / 2, gain };
    }
  }
  const whole = samples.reduce((sum, { value }) => sum + value, 0) ** 2 / samples.length;
  return best !== null && best.gain > whole + 1e-12 ? best : null;
}

function meanOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
}
