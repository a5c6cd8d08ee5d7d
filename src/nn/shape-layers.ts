import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

/** Makes one dimension of several: `[N, C, H, W]` → `[N, C·H·W]`. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return keywords({ start_dim: this.startDim, end_dim: this.endDim });
  }
}

/** Returns its input: a place in a model where nothing is done. */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
