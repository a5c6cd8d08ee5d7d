import { ValueError } from '../core/errors.js';
import { requireNumber } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { dropout, dropout2d } from './functional.js';
import { type InplaceOptions, readInplace } from './inplace.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

/** In training sets elements to zero with probability p and divides the others by 1 − p; in evaluation passes all. */
export class Dropout extends Module {
  private readonly inplace: boolean;

  constructor(
    readonly p = 0.5,
    ...given: [options?: InplaceOptions]
  ) {
    super();
    const { name } = this.constructor;
    requireNumber(name, 'p', p);
    this.inplace = readInplace(given, name);
    if (!(p >= 0 && p <= 1)) throw new ValueError('Dropout', `p=${p} must be from 0 to 1`);
  }

  override forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training });
  }

  override extraRepr(): string {
    return keywords({ p: this.p, inplace: this.inplace });
  }
}

/** Drops whole channels of `[N, C, H, W]` as `Dropout` drops elements. */
export class Dropout2d extends Dropout {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, { p: this.p, training: this.training });
  }
}
