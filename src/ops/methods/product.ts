/** Matrix products. */
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../matmul.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ProductMethods {}
}

interface ProductMethods {
  /** The matrix product `[…, n, k]` · `[…, k, m]` → `[…, n, m]`; 1-d tensors are vectors, batches broadcast. */
  matmul(other: Tensor): Tensor;
}

install<ProductMethods>({
  matmul(other) {
    return matmul([this, other], { transposeA: false, transposeB: false });
  },
});
