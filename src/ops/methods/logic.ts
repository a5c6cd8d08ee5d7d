/** Questions about elements, and choosing by the answers. */
import { normalizeDims } from '../../core/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isfinite } from '../isfinite.js';
import { isnan } from '../isnan.js';
import { operand, type TensorLike } from '../operand.js';
import { where } from '../where.js';
import { install } from './install.js';
import { type ReductionOptions, readKeepdim } from './reduction.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends LogicMethods {}
}

interface LogicMethods {
  /** Where elements are NaN: bool. */
  isnan(): Tensor;
  /** Where elements are neither NaN nor ±∞: bool. */
  isfinite(): Tensor;
  /** Whether any element is not 0, over all dimensions or some: bool. False of none. */
  any(dim?: number | readonly number[], ...given: [options?: ReductionOptions]): Tensor;
  /** Whether no element is 0, over all dimensions or some: bool. True of none. */
  all(dim?: number | readonly number[], ...given: [options?: ReductionOptions]): Tensor;
  /** `value` where the bool `mask` holds, this elsewhere, with broadcasting. */
  maskedFill(mask: Tensor, value: TensorLike): Tensor;
}

install<LogicMethods>({
  isnan() {
    return isnan([this], {});
  },
  isfinite() {
    return isfinite([this], {});
  },
  any(dim, ...given) {
    const keepdim = readKeepdim('any', given);
    return this.ne(0)
      .int()
      .sum(normalizeDims('any', dim, this.ndim), { keepdim })
      .ne(0);
  },
  all(dim, ...given) {
    const keepdim = readKeepdim('all', given);
    return this.eq(0)
      .int()
      .sum(normalizeDims('all', dim, this.ndim), { keepdim })
      .eq(0);
  },
  maskedFill(mask, value) {
    return where([mask, operand(value, this), this], {});
  },
});
