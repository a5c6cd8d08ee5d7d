import type { NdArray } from '../../graph/op.js';
import { countReduced, type ReductionAttrs, sums, visitReduced } from './reduce.js';

export interface VarianceAttrs extends ReductionAttrs {
  /** Subtracted from the number of elements: 1 for a sample's variance, 0 for a population's. */
  readonly correction: number;
}

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
