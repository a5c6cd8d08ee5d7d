/** Attributes of ops that draw numbers. */
import type { DType } from '../../core/dtype.js';
import type { Shape } from '../../core/shape.js';
import type { NoAttrs } from './no-attrs.js';

export interface NormalAttrs {
  readonly shape: Shape;
  readonly mean: number;
  readonly std: number;
  readonly dtype: DType;
}

/** Numbers from `low` up to `high`. */
export interface RangeAttrs {
  readonly shape: Shape;
  readonly low: number;
  /** Not reached. */
  readonly high: number;
  readonly dtype: DType;
}

export interface RandpermAttrs {
  readonly n: number;
}

export interface RandomOps {
  nextKey: NoAttrs;
  normal: NormalAttrs;
  randint: RangeAttrs;
  randperm: RandpermAttrs;
  uniform: RangeAttrs;
}
