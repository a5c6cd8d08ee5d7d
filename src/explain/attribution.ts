import type { Tensor } from '../tensor/tensor.js';

/** What a method says about N pictures, in tensors: nothing waits for them until they are read. */
export interface Attribution {
  /** How much each pixel speaks for the class, `[N, H, W]` ≥ 0, on the method's own scale; `normalize` brings it to 0–1. */
  readonly heatmap: Tensor;
  /** The signed numbers behind it: `[N, C, H, W]` of methods that look at pixels, `[N, 1, h, w]` of those at a layer. */
  readonly values: Tensor;
  /** The class that each picture is explained for: int32 `[N]`. */
  readonly targets: Tensor;
  /** The layer that was looked at, where the method looks at one. */
  readonly layer?: string;
  /** Of integrated gradients. */
  readonly completeness?: Completeness;
}

/** An attribution that is made of elements, by `finish` once those of `needs` are here. */
export interface Unfinished {
  readonly needs: Tensor;
  finish(): Attribution;
}

/** Whether attributions add up to what they explain, as the axiom of completeness says: float64 `[N]`, a number for each picture. */
export interface Completeness {
  /** The score of the picture less that of the baseline. */
  readonly difference: Tensor;
  /** The sum of the attributions less `difference`: near 0, or there were too few steps. */
  readonly delta: Tensor;
}
