/** What the curve of a learning-rate range test suggests: the four rules of fastai's `lr_find`, as pure functions. */

/** Learning rates, growing, and the smoothed loss at each. */
export interface RateCurve {
  readonly lrs: readonly number[];
  readonly losses: readonly number[];
}

export interface RateSuggestions {
  /** In the middle of the longest run of falling losses; the one to try first. */
  readonly valley: number;
  /** Where the slope has stopped changing before the loss diverges. */
  readonly slide: number;
  /** Where the loss falls fastest. */
  readonly steep: number;
  /** A tenth of where it is lowest. */
  readonly minimum: number;
}

/** The suggestions of a curve, of which the first tenth and the last five points are noise; null where too little is left. */
export function suggestRates(
  lrs: readonly number[],
  losses: readonly number[],
): RateSuggestions | null {
  const from = Math.floor(lrs.length / 10);
  const curve = { lrs: lrs.slice(from, -5), losses: losses.slice(from, -5) };
  if (curve.lrs.length < 4) return null;
  return {
    valley: valley(curve),
    slide: slide(curve),
    steep: steep(curve),
    minimum: at(curve.lrs, lowest(curve.losses)) / 10,
  };
}

/** The longest falling subsequence ends somewhere and has a length: half of its second third is the middle of the valley. */
function valley({ lrs, losses }: RateCurve): number {
  const lengths = losses.map(() => 1);
  let end = 0;
  let start = 0;
  for (let i = 1; i < losses.length; i++)
    for (let j = 0; j < i; j++) {
      if (at(losses, i) < at(losses, j) && at(lengths, i) < at(lengths, j) + 1)
        lengths[i] = at(lengths, j) + 1;
      if (at(lengths, end) < at(lengths, i)) {
        end = i;
        start = end - at(lengths, end);
      }
    }
  const third = (end - start) / 3;
  return at(lrs, Math.max(0, start + Math.floor(third) + Math.floor(third / 2)));
}

/** From the right, a window of 15 steps slides left until the slopes at its ends are alike. */
function slide({ lrs, losses }: RateCurve): number {
  const slopes = gradient(losses);
  let right = losses.length - 1;
  let left = Math.max(0, right - 15);
  let lr = at(lrs, left);
  while (left >= 0 && Math.abs(at(slopes, right) - at(slopes, left)) > 0.005) {
    lr = at(lrs, left);
    right--;
    left--;
  }
  return lr;
}

function steep({ lrs, losses }: RateCurve): number {
  const slopes = lrs
    .slice(1)
    .map((lr, i) => (at(losses, i + 1) - at(losses, i)) / Math.log(lr / at(lrs, i)));
  return at(lrs, lowest(slopes));
}

/** Differences of the neighbours on both sides, of one at the ends, as numpy's `gradient`. */
function gradient(values: readonly number[]): number[] {
  const last = values.length - 1;
  return values.map((_, i) => {
    const [a, b] = [Math.max(0, i - 1), Math.min(last, i + 1)];
    return (at(values, b) - at(values, a)) / (b - a);
  });
}

function lowest(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}
