/** Attributes of ops that make one value, or a running one, of many. */
import type { NoAttrs } from './no-attrs.js';

export interface ReductionAttrs {
  /** Dimensions to reduce over, ascending. */
  readonly dims: readonly number[];
  /** Keep them, with size 1. */
  readonly keepdim: boolean;
}

export interface VarianceAttrs extends ReductionAttrs {
  /** Subtracted from the number of elements: 1 for a sample's variance, 0 for a population's. */
  readonly correction: number;
}

export interface NormAttrs extends ReductionAttrs {
  /** The order, neither 0 nor infinite. */
  readonly p: number;
}

export interface CumsumAttrs {
  /** Counted from the front. */
  readonly dim: number;
  /** Sums from the last element backwards. */
  readonly reverse: boolean;
}

export interface SoftmaxAttrs {
  /** Counted from the front. */
  readonly dim: number;
}

export interface ReductionOps {
  argmax: ReductionAttrs;
  argmin: ReductionAttrs;
  cumsum: CumsumAttrs;
  logSoftmax: SoftmaxAttrs;
  logSoftmaxBackward: SoftmaxAttrs;
  max: ReductionAttrs;
  mean: ReductionAttrs;
  min: ReductionAttrs;
  norm: NormAttrs;
  prod: ReductionAttrs;
  productOfOthers: NoAttrs;
  softmax: SoftmaxAttrs;
  softmaxBackward: SoftmaxAttrs;
  std: VarianceAttrs;
  sum: ReductionAttrs;
  var: VarianceAttrs;
}
