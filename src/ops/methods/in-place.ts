/** Ops that change a tensor; under `noGrad` where gradients are involved. Each returns the tensor. */

import { refuseNamedOptions, requireNumber } from '../../core/options.js';
import { full } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add } from '../add.js';
import { clamp } from '../clamp.js';
import { copy } from '../copy.js';
import { div } from '../div.js';
import { lerp } from '../lerp.js';
import { mul } from '../mul.js';
import { operand, type TensorLike } from '../operand.js';
import { sub } from '../sub.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends InPlaceMethods {}
}

interface InPlaceMethods {
  /** Adds `other`. */
  add_(other: TensorLike): this;
  /** Subtracts `other`. */
  sub_(other: TensorLike): this;
  /** Multiplies by `other`. */
  mul_(other: TensorLike): this;
  /** Divides by `other`. */
  div_(other: TensorLike): this;
  /** Moves towards `end`: this + weight · (end − this). */
  lerp_(end: Tensor, weight: TensorLike): this;
  /** Clips to what lies between `min` and `max`; null is no bound. */
  clamp_(min: number | null, max?: number | null): this;
  /** Takes over the elements of `source`, converted and broadcast. */
  copy_(source: Tensor): this;
  /** Sets every element to `value`. */
  fill_(value: number): this;
  /** Sets every element to 0. */
  zero_(): this;
}

function fill(name: string, target: Tensor, value: number): Tensor {
  if (typeof value !== 'boolean') requireNumber(name, 'value', value);
  copy.inPlace(name, [target, full([], value, { dtype: target.dtype })], {});
  return target;
}

install<InPlaceMethods>({
  add_(other, ...given: unknown[]) {
    refuseNamedOptions('add_', given);
    add.inPlace('add_', [this, operand(other, this)], {});
    return this;
  },
  sub_(other, ...given: unknown[]) {
    refuseNamedOptions('sub_', given);
    sub.inPlace('sub_', [this, operand(other, this)], {});
    return this;
  },
  mul_(other) {
    mul.inPlace('mul_', [this, operand(other, this)], {});
    return this;
  },
  div_(other, ...given: unknown[]) {
    refuseNamedOptions('div_', given);
    div.inPlace('div_', [this, operand(other, this)], {});
    return this;
  },
  lerp_(end, weight) {
    lerp.inPlace('lerp_', [this, end, operand(weight, this)], {});
    return this;
  },
  clamp_(min, max = null) {
    clamp.inPlace('clamp_', [this], { min: min ?? null, max });
    return this;
  },
  copy_(source) {
    copy.inPlace('copy_', [this, source], {});
    return this;
  },
  fill_(value) {
    return fill('fill_', this, value);
  },
  zero_() {
    return fill('zero_', this, 0);
  },
});
