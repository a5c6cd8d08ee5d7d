/** Comparisons, element by element, with broadcasting; numbers stand for scalar tensors. */
import type { Tensor } from '../../tensor/tensor.js';
import { eq } from '../eq.js';
import { ge } from '../ge.js';
import { gt } from '../gt.js';
import { le } from '../le.js';
import { lt } from '../lt.js';
import { ne } from '../ne.js';
import { operand, type TensorLike } from '../operand.js';
import { where } from '../where.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ComparisonMethods {}
}

interface ComparisonMethods {
  /** Where this = other: bool. */
  eq(other: TensorLike): Tensor;
  /** Where this ≠ other: bool. */
  ne(other: TensorLike): Tensor;
  /** Where this < other: bool. */
  lt(other: TensorLike): Tensor;
  /** Where this ≤ other: bool. */
  le(other: TensorLike): Tensor;
  /** Where this > other: bool. */
  gt(other: TensorLike): Tensor;
  /** Where this ≥ other: bool. */
  ge(other: TensorLike): Tensor;
  /** This tensor where `condition` (bool) holds, `other` elsewhere. */
  where(condition: Tensor, other: TensorLike): Tensor;
}

install<ComparisonMethods>({
  eq(other) {
    return eq([this, operand(other, this)], {});
  },
  ne(other) {
    return ne([this, operand(other, this)], {});
  },
  lt(other) {
    return lt([this, operand(other, this)], {});
  },
  le(other) {
    return le([this, operand(other, this)], {});
  },
  gt(other) {
    return gt([this, operand(other, this)], {});
  },
  ge(other) {
    return ge([this, operand(other, this)], {});
  },
  where(condition, other) {
    return where([condition, this, operand(other, this)], {});
  },
});
