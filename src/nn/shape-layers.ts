import { requireNumber } from '../core/options.js';
import { normalizeDim, type Shape } from '../core/shape.js';
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
    requireNumber('Flatten', 'startDim', startDim);
  }

  override forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return keywords({ start_dim: this.startDim, end_dim: this.endDim });
  }
}

/** Makes several dimensions of one: `[N, C·H·W]` → `[N, C, H, W]` for dim 1 and sizes [C, H, W]. */
export class Unflatten extends Module {
  constructor(
    readonly dim: number,
    readonly unflattenedSize: Shape,
  ) {
    super();
  }

  override forward(x: Tensor): Tensor {
    const dim = normalizeDim('Unflatten', this.dim, x.ndim);
    return x.reshape([
      ...x.shape.slice(0, dim),
      ...this.unflattenedSize,
      ...x.shape.slice(dim + 1),
    ]);
  }

  override extraRepr(): string {
    return keywords({ dim: this.dim, unflattened_size: this.unflattenedSize });
  }
}

/** Returns its input: a place in a model where nothing is done. */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
