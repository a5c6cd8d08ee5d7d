/** Arithmetic on tensors, element by element, with broadcasting; numbers stand for scalar tensors. */

import { isFloat } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { refuseNamedOptions } from '../../core/options.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from '../abs.js';
import { add } from '../add.js';
import { clamp } from '../clamp.js';
import { div } from '../div.js';
import { exp } from '../exp.js';
import { lerp } from '../lerp.js';
import { log } from '../log.js';
import { maximum } from '../maximum.js';
import { minimum } from '../minimum.js';
import { mul } from '../mul.js';
import { neg } from '../neg.js';
import { operand, type TensorLike } from '../operand.js';
import { pow } from '../pow.js';
import { sign } from '../sign.js';
import { sqrt } from '../sqrt.js';
import { square } from '../square.js';
import { sub } from '../sub.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ArithmeticMethods {}
}

interface ArithmeticMethods {
  /** this + other. */
  add(other: TensorLike): Tensor;
  /** this − other. */
  sub(other: TensorLike): Tensor;
  /** this · other. */
  mul(other: TensorLike): Tensor;
  /** this / other; whole numbers give float32. */
  div(other: TensorLike): Tensor;
  /** this ^ exponent. */
  pow(exponent: TensorLike): Tensor;
  /** The larger of both, element by element; NaN wins. */
  maximum(other: TensorLike): Tensor;
  /** The smaller of both, element by element; NaN wins. */
  minimum(other: TensorLike): Tensor;
  /** this + weight · (end − this). */
  lerp(end: Tensor, weight: TensorLike): Tensor;
  /** −this. */
  neg(): Tensor;
  /** |this|. */
  abs(): Tensor;
  /** −1, 0 or 1. */
  sign(): Tensor;
  /** e to the power of this. */
  exp(): Tensor;
  /** The natural logarithm. */
  log(): Tensor;
  /** The square root. */
  sqrt(): Tensor;
  /** this². */
  square(): Tensor;
  /** Not below `min` nor above `max`; null is no bound. */
  clamp(min: number | null, max?: number | null): Tensor;
}

install<ArithmeticMethods>({
  add(other, ...given: unknown[]) {
    refuseNamedOptions('add', given);
    return add([this, operand(other, this)], {});
  },
  sub(other, ...given: unknown[]) {
    refuseNamedOptions('sub', given);
    return sub([this, operand(other, this)], {});
  },
  mul(other) {
    return mul([this, operand(other, this)], {});
  },
  div(other, ...given: unknown[]) {
    refuseNamedOptions('div', given);
    return div([this, operand(other, this)], {});
  },
  pow(exponent) {
    if (typeof exponent === 'number' && exponent < 0 && !isFloat(this.dtype))
      throw new ValueError(
        'pow',
        `a tensor of ${this.dtype} to the power ${exponent} is not whole; convert it with .to('float32')`,
      );
    return pow([this, operand(exponent, this)], {});
  },
  maximum(other) {
    return maximum([this, operand(other, this)], {});
  },
  minimum(other) {
    return minimum([this, operand(other, this)], {});
  },
  lerp(end, weight) {
    return lerp([this, end, operand(weight, this)], {});
  },
  neg() {
    return neg([this], {});
  },
  abs() {
    return abs([this], {});
  },
  sign() {
    return sign([this], {});
  },
  exp() {
    return exp([this], {});
  },
  log() {
    return log([this], {});
  },
  sqrt() {
    return sqrt([this], {});
  },
  square() {
    return square([this], {});
  },
  clamp(min, max = null) {
    return clamp([this], { min: min ?? null, max });
  },
});
