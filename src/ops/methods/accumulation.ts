/** Products, running sums, and sums of exponentials. */
import { normalizeDim, normalizeDims } from '../../core/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cumsum } from '../cumsum.js';
import { prod } from '../prod.js';
import { install } from './install.js';
import { type ReductionOptions, readKeepdim } from './reduction.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends AccumulationMethods {}
}

interface AccumulationMethods {
  /** The product over all elements, or along `dim`; whole numbers and bools give int32. */
  prod(dim?: number, ...given: [options?: ReductionOptions]): Tensor;
  /** Each element added to those before it along `dim`; whole numbers and bools give int32. */
  cumsum(dim: number): Tensor;
  /** ln Σ eˣ over `dim`, without overflow. */
  logsumexp(dim: number | readonly number[], ...given: [options?: ReductionOptions]): Tensor;
}

install<AccumulationMethods>({
  prod(dim, ...given) {
    const keepdim = readKeepdim('prod', given);
    return prod([this], { dims: normalizeDims('prod', dim, this.ndim), keepdim });
  },
  cumsum(dim) {
    return cumsum([this], { dim: normalizeDim('cumsum', dim, this.ndim), reverse: false });
  },
  logsumexp(dim, ...given) {
    const keepdim = readKeepdim('logsumexp', given);
    const dims = normalizeDims('logsumexp', dim, this.ndim);
    const largest = this.detach().amax(dims, { keepdim: true });
    const shift = largest.maskedFill(largest.isfinite().eq(0), 0); // ∞ − ∞ would be NaN
    const sum = this.sub(shift).exp().sum(dims, { keepdim: true }).log().add(shift);
    return keepdim ? sum : sum.reshape(this.shape.filter((_, d) => !dims.includes(d)));
  },
});
