/** Rounding, trigonometry and the error function, element by element. */
import { refuseOptions } from '../../core/options.js';
import type { Tensor } from '../../tensor/tensor.js';
import { ceil } from '../ceil.js';
import { cos } from '../cos.js';
import { erf } from '../erf.js';
import { floor } from '../floor.js';
import { round } from '../round.js';
import { sin } from '../sin.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ElementaryMethods {}
}

interface ElementaryMethods {
  /** The largest whole number not above each element. */
  floor(): Tensor;
  /** The smallest whole number not below each element. */
  ceil(): Tensor;
  /** The nearest whole number, of two the even one. */
  round(): Tensor;
  /** The sine of an angle in radians. */
  sin(): Tensor;
  /** The cosine of an angle in radians. */
  cos(): Tensor;
  /** The error function 2/√π · ∫₀ˣ e^−t² dt. */
  erf(): Tensor;
}

install<ElementaryMethods>({
  floor() {
    return floor([this], {});
  },
  ceil() {
    return ceil([this], {});
  },
  round(...given: unknown[]) {
    refuseOptions('round', given);
    return round([this], {});
  },
  sin() {
    return sin([this], {});
  },
  cos() {
    return cos([this], {});
  },
  erf() {
    return erf([this], {});
  },
});
