/** Attributes of ops that pick elements and put them elsewhere. */
import type { Shape } from '../../core/shape.js';

/** What a result, or a gradient, is to have. */
export interface ShapeAttrs {
  /** Without −1. */
  readonly shape: Shape;
}

export interface DimAttrs {
  /** Counted from the front. */
  readonly dim: number;
}

export interface PermuteAttrs {
  /** Dimension i of the result is dimension `dims[i]` of x. */
  readonly dims: readonly number[];
}

export interface FlipAttrs {
  /** Counted from the front. */
  readonly dims: readonly number[];
}

/** Per dimension: the elements start, start + step, … below end. */
export interface SliceAttrs {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

export interface SliceBackwardAttrs extends SliceAttrs {
  /** The shape of what was sliced. */
  readonly shape: Shape;
}

export interface SortAttrs extends DimAttrs {
  readonly descending: boolean;
  /** How many of each line are kept, from the first. */
  readonly count: number;
}

export interface MovementOps {
  cat: DimAttrs;
  expand: ShapeAttrs;
  flip: FlipAttrs;
  gather: DimAttrs;
  indexAdd: DimAttrs;
  indexSelect: DimAttrs;
  permute: PermuteAttrs;
  reshape: ShapeAttrs;
  scatter: DimAttrs;
  scatterAdd: DimAttrs;
  slice: SliceAttrs;
  sliceBackward: SliceBackwardAttrs;
  sort: SortAttrs;
}
