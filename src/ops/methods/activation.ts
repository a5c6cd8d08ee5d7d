/** Activation functions. */
import { optionReader, requireOneOf } from '../../core/options.js';
import { normalizeDim } from '../../core/shape.js';
import type { GeluAttrs, SoftplusAttrs } from '../../graph/attrs/elementwise.js';
import type { Tensor } from '../../tensor/tensor.js';
import { elu } from '../elu.js';
import { gelu } from '../gelu.js';
import { hardsigmoid } from '../hardsigmoid.js';
import { hardswish } from '../hardswish.js';
import { leakyRelu } from '../leaky-relu.js';
import { logSoftmax } from '../log-softmax.js';
import { mish } from '../mish.js';
import { relu } from '../relu.js';
import { sigmoid } from '../sigmoid.js';
import { silu } from '../silu.js';
import { softmax } from '../softmax.js';
import { softplus } from '../softplus.js';
import { tanh } from '../tanh.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ActivationMethods {}
}

interface ActivationMethods {
  /** max(this, 0). */
  relu(): Tensor;
  /** This where it is positive, slope · this elsewhere. @default slope 0.01 */
  leakyRelu(slope?: number): Tensor;
  /** 1 / (1 + e^−this). */
  sigmoid(): Tensor;
  /** The hyperbolic tangent. */
  tanh(): Tensor;
  /** this · Φ(this), exact or by the approximation with tanh. @default approximate 'none' */
  gelu(...given: [options?: Partial<GeluAttrs>]): Tensor;
  /** this · sigmoid(this). */
  silu(): Tensor;
  /** x · min(max(x + 3, 0), 6) / 6. */
  hardswish(): Tensor;
  /** min(max(x + 3, 0), 6) / 6. */
  hardsigmoid(): Tensor;
  /** min(max(this, 0), 6). */
  relu6(): Tensor;
  /** This where it is positive, alpha · (eˣ − 1) elsewhere. @default alpha 1 */
  elu(alpha?: number): Tensor;
  /** this · tanh(ln(1 + eˣ)). */
  mish(): Tensor;
  /** ln(1 + e^(beta·x)) / beta, this itself where beta · x is above `threshold`. @default beta 1, threshold 20 */
  softplus(...given: [options?: Partial<SoftplusAttrs>]): Tensor;
  /** Exponentials that add up to 1 along `dim`. */
  softmax(dim: number): Tensor;
  /** The logarithm of `softmax`, without its underflow. */
  logSoftmax(dim: number): Tensor;
}

const readGelu = optionReader<Partial<GeluAttrs>>('gelu', { approximate: true });
const readSoftplus = optionReader<Partial<SoftplusAttrs>>('softplus', {
  beta: true,
  threshold: true,
});

install<ActivationMethods>({
  relu() {
    return relu([this], {});
  },
  leakyRelu(slope = 0.01) {
    return leakyRelu([this], { slope });
  },
  sigmoid() {
    return sigmoid([this], {});
  },
  tanh() {
    return tanh([this], {});
  },
  gelu(...given) {
    const { approximate = 'none' } = readGelu(given);
    requireOneOf('gelu', 'approximate', approximate, ['none', 'tanh']);
    return gelu([this], { approximate });
  },
  silu() {
    return silu([this], {});
  },
  hardswish() {
    return hardswish([this], {});
  },
  hardsigmoid() {
    return hardsigmoid([this], {});
  },
  relu6() {
    return this.clamp(0, 6);
  },
  elu(alpha = 1) {
    return elu([this], { alpha });
  },
  mish() {
    return mish([this], {});
  },
  softplus(...given) {
    const { beta = 1, threshold = 20 } = readSoftplus(given);
    return softplus([this], { beta, threshold });
  },
  softmax(dim) {
    return softmax([this], { dim: normalizeDim('softmax', dim, this.ndim) });
  },
  logSoftmax(dim) {
    return logSoftmax([this], { dim: normalizeDim('logSoftmax', dim, this.ndim) });
  },
});
