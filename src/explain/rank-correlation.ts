/** Spearman's rank correlation of two lists of the same length, −1 to 1; equal numbers share their rank. Of two constants 1, of one 0. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = centeredRanks(a);
  const y = centeredRanks(b);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] as number) ** 2;
    yy += (y[i] as number) ** 2;
    xy += (x[i] as number) * (y[i] as number);
  }
  if (xx === 0 || yy === 0) return xx === yy ? 1 : 0;
  return xy / Math.sqrt(xx * yy);
}

function centeredRanks(values: ArrayLike<number>): Float64Array {
  const { length } = values;
  const at = (i: number) => values[i] as number;
  const order = Int32Array.from({ length }, (_, i) => i).sort((i, j) => at(i) - at(j));
  const ranks = new Float64Array(length);
  for (let from = 0, to = 0; from < length; from = to) {
    while (to < length && at(order[to] as number) === at(order[from] as number)) to++;
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + to - length) / 2;
  }
  return ranks;
}
