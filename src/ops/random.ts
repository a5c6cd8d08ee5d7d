/** Random tensors. Each draws a key from a generator, so a recorded step draws new numbers at every replay. */
import type { DType } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { defaultGenerator, type Generator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { nextKey } from './next-key.js';
import { normal } from './normal.js';
import { randint as randintOp } from './randint.js';
import { randperm as randpermOp } from './randperm.js';
import { uniform } from './uniform.js';

export interface RandomOptions {
  /** @default 'float32', or 'int32' for whole numbers */
  dtype?: DType;
  /** @default the generator that `manualSeed` seeds */
  generator?: Generator;
  /** @default false */
  requiresGrad?: boolean;
}

/** The key of the next draw, int32 `[4]`, which random ops take; the generator moves on. */
export function drawKey(generator: Generator = defaultGenerator): Tensor {
  return operands(nextKey.inPlace('nextKey', [generator.state], {}))[0];
}

/** Numbers spread evenly over [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const { dtype = 'float32', generator, requiresGrad = false } = options;
  const attrs = { shape: [...shape], low: 0, high: 1, dtype };
  return uniform([drawKey(generator)], attrs).requiresGrad_(requiresGrad);
}

/** Normal deviates with mean 0 and standard deviation 1. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const { dtype = 'float32', generator, requiresGrad = false } = options;
  const attrs = { shape: [...shape], mean: 0, std: 1, dtype };
  return normal([drawKey(generator)], attrs).requiresGrad_(requiresGrad);
}

/**
 * Whole numbers from `low` (0 where it is left out) to `high` − 1.
 *
 * @example randint(10, [32]); randint(-5, 5, [2, 3])
 */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(
  first: number,
  second: number | Shape,
  third: Shape | RandomOptions = {},
  fourth: RandomOptions = {},
): Tensor {
  // The second argument tells the two forms apart.
  const [low, high, shape, options] =
    typeof second === 'number'
      ? [first, second, third as Shape, fourth]
      : [0, first, second, third as RandomOptions];
  const { dtype = 'int32', generator, requiresGrad = false } = options;
  const attrs = { shape: [...shape], low, high, dtype };
  return randintOp([drawKey(generator)], attrs).requiresGrad_(requiresGrad);
}

/** 0 … n − 1 in random order. */
export function randperm(n: number, options: Omit<RandomOptions, 'requiresGrad'> = {}): Tensor {
  const { dtype = 'int32', generator } = options;
  return randpermOp([drawKey(generator)], { n }).to(dtype);
}

/** `rand` with the shape and dtype of `like`. */
export function randLike(like: Tensor, options: RandomOptions = {}): Tensor {
  return rand(like.shape, { dtype: like.dtype, ...options });
}

/** `randn` with the shape and dtype of `like`. */
export function randnLike(like: Tensor, options: RandomOptions = {}): Tensor {
  return randn(like.shape, { dtype: like.dtype, ...options });
}

/** `randint` with the shape and dtype of `like`. */
export function randintLike(
  like: Tensor,
  low: number,
  high: number,
  options: RandomOptions = {},
): Tensor {
  return randint(low, high, like.shape, { dtype: like.dtype, ...options });
}
