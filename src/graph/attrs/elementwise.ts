/** Attributes of functions of single elements, and of their gradients. */
import type { DType } from '../../core/dtype.js';
import type { NoAttrs } from './no-attrs.js';

export interface LeakyReluAttrs {
  readonly slope: number;
}

export interface EluAttrs {
  /** What large negative x approach is −alpha. */
  readonly alpha: number;
}

export interface GeluAttrs {
  /** `none`: Φ by the error function; `tanh`: the paper's approximation. */
  readonly approximate: 'none' | 'tanh';
}

export interface SoftplusAttrs {
  /** How sharply it bends. */
  readonly beta: number;
  /** From beta · x = threshold on, the result is x. */
  readonly threshold: number;
}

export interface ClampAttrs {
  /** Lower bound; null for none. */
  readonly min: number | null;
  /** Upper bound; null for none. Wins where it is below `min`. */
  readonly max: number | null;
}

export interface CastAttrs {
  readonly dtype: DType;
}

export interface ElementwiseOps {
  abs: NoAttrs;
  ceil: NoAttrs;
  copy: NoAttrs;
  cos: NoAttrs;
  erf: NoAttrs;
  exp: NoAttrs;
  floor: NoAttrs;
  isfinite: NoAttrs;
  isnan: NoAttrs;
  log: NoAttrs;
  neg: NoAttrs;
  round: NoAttrs;
  sign: NoAttrs;
  sin: NoAttrs;
  sqrt: NoAttrs;
  square: NoAttrs;

  add: NoAttrs;
  div: NoAttrs;
  eq: NoAttrs;
  ge: NoAttrs;
  gt: NoAttrs;
  le: NoAttrs;
  lerp: NoAttrs;
  lt: NoAttrs;
  maximum: NoAttrs;
  minimum: NoAttrs;
  mul: NoAttrs;
  ne: NoAttrs;
  pow: NoAttrs;
  sub: NoAttrs;
  where: NoAttrs;

  cast: CastAttrs;
  clamp: ClampAttrs;
  clampBackward: ClampAttrs;

  elu: EluAttrs;
  eluBackward: EluAttrs;
  gelu: GeluAttrs;
  geluBackward: GeluAttrs;
  hardsigmoid: NoAttrs;
  hardsigmoidBackward: NoAttrs;
  hardswish: NoAttrs;
  hardswishBackward: NoAttrs;
  leakyRelu: LeakyReluAttrs;
  leakyReluBackward: LeakyReluAttrs;
  mish: NoAttrs;
  mishBackward: NoAttrs;
  relu: NoAttrs;
  reluBackward: NoAttrs;
  sigmoid: NoAttrs;
  sigmoidBackward: NoAttrs;
  silu: NoAttrs;
  siluBackward: NoAttrs;
  softplus: SoftplusAttrs;
  softplusBackward: SoftplusAttrs;
  tanh: NoAttrs;
  tanhBackward: NoAttrs;
}
