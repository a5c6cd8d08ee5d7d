import { Module } from '../../../nn/module.js';
import { dropout } from '../../../ops/dropout.js';
import { drawKey } from '../../../ops/random.js';
import { ones } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';

/**
 * In training drops whole samples of a residual branch with probability p and divides the others by 1 − p (Huang et al.,
 * 2016, https://arxiv.org/abs/1603.09382).
 */
export class StochasticDepth extends Module {
  constructor(readonly p: number) {
    super();
  }

  override forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    const rows = ones([x.size(0), ...new Array<number>(x.ndim - 1).fill(1)], { dtype: x.dtype });
    return x.mul(dropout([rows, drawKey()], { p: this.p }));
  }

  override toString(): string {
    return `StochasticDepth(p=${this.p}, mode=row)`;
  }
}
