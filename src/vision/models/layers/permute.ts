import { Module } from '../../../nn/module.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** Dimensions in another order, as a layer. */
export class Permute extends Module {
  constructor(readonly dims: readonly number[]) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x.permute(this.dims);
  }
}
