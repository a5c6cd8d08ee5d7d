import type { VarianceAttrs } from '../../graph/attrs/reduction.js';
import type { NdArray } from '../../graph/op.js';
import { countReduced, sums, visitReduced } from './reduce.js';

/** Σ (x − mean)² / max(0, count − correction), in two passes. */
export function variances(x: NdArray, { dims, correction }: VarianceAttrs): Float64Array {
  const count = countReduced(x.shape, dims);
  const means = sums(x, dims).map((sum) => sum / count);
  const squares = new Float64Array(means.length);
  visitReduced(x, dims, (value, place) => {
    const distance = value - (means[place] as number);
    squares[place] = (squares[place] as number) + distance * distance;
  });
  return squares.map((sum) => sum / Math.max(0, count - correction));
}
