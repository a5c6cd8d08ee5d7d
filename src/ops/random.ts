/** Random tensors. Each draws a key from a generator, so a recorded step draws new numbers at every replay. */
import { type DType, type DTypeName, readDType } from '../core/dtype.js';
import { optionReader } from '../core/options.js';
import { requireShape, type Shape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { defaultGenerator, type Generator } from '../tensor/generator.js';
import { readSizes } from '../tensor/sizes.js';
import type { Tensor } from '../tensor/tensor.js';
import { nextKey } from './next-key.js';
import { normal } from './normal.js';
import { randint as randintOp } from './randint.js';
import { randperm as randpermOp } from './randperm.js';
import { uniform } from './uniform.js';

export interface RandomOptions {
  /** @default 'float32', or 'int32' for whole numbers */
  dtype?: DTypeName;
  /** @default the generator that `manualSeed` seeds */
  generator?: Generator;
  /** @default false */
  requiresGrad?: boolean;
}

/** The key of the next draw, int32 `[4]`, which random ops take; the generator moves on. */
export function drawKey(generator: Generator = defaultGenerator): Tensor {
  return operands(nextKey.inPlace('nextKey', [generator.state], {}))[0];
}

const read = optionReader<RandomOptions>(
  'rand',
  { dtype: true, generator: true, requiresGrad: true },
  { device: 'tensors are on the CPU: leave it out' },
);

/** The options with their defaults. */
function readOptions(subject: string, given: [options?: RandomOptions], fallback: DType) {
  const {
    dtype = fallback,
    generator = defaultGenerator,
    requiresGrad = false,
  } = read(given, subject);
  return { dtype: readDType(subject, dtype), generator, requiresGrad };
}

/** Numbers spread evenly over [0, 1). @example rand([2, 3], { generator }); rand(2, 3) */
export function rand(shape: Shape, ...given: [options?: RandomOptions]): Tensor;
export function rand(...sizes: number[]): Tensor;
export function rand(...sizes: readonly unknown[]): Tensor {
  const [shape, given] = readSizes<RandomOptions>('rand', sizes);
  const { dtype, generator, requiresGrad } = readOptions('rand', given, 'float32');
  const attrs = { shape: [...shape], low: 0, high: 1, dtype };
  return uniform([drawKey(generator)], attrs).requiresGrad_(requiresGrad);
}

/** Normal deviates with mean 0 and standard deviation 1. @example randn([2, 3], { generator }); randn(2, 3) */
export function randn(shape: Shape, ...given: [options?: RandomOptions]): Tensor;
export function randn(...sizes: number[]): Tensor;
export function randn(...sizes: readonly unknown[]): Tensor {
  const [shape, given] = readSizes<RandomOptions>('randn', sizes);
  const { dtype, generator, requiresGrad } = readOptions('randn', given, 'float32');
  const attrs = { shape: [...shape], mean: 0, std: 1, dtype };
  return normal([drawKey(generator)], attrs).requiresGrad_(requiresGrad);
}

/**
 * Whole numbers from `low` (0 where it is left out) to `high` − 1.
 *
 * @example randint(10, [32]); randint(-5, 5, [2, 3])
 */
export function randint(high: number, shape: Shape, ...given: [options?: RandomOptions]): Tensor;
export function randint(
  low: number,
  high: number,
  shape: Shape,
  ...given: [options?: RandomOptions]
): Tensor;
export function randint(first: number, ...given: readonly unknown[]): Tensor {
  const [second, ...others] = given;
  const isRange = typeof second === 'number';
  const [low, high] = isRange ? [first, second] : [0, first];
  const [shape, ...options] = (isRange ? others : given) as [Shape, RandomOptions?]; // checked below
  requireShape('randint', shape);
  const { dtype, generator, requiresGrad } = readOptions('randint', options, 'int32');
  const attrs = { shape: [...shape], low, high, dtype };
  return randintOp([drawKey(generator)], attrs).requiresGrad_(requiresGrad);
}

/** 0 … n − 1 in random order. */
export function randperm(
  n: number,
  ...given: [options?: Omit<RandomOptions, 'requiresGrad'>]
): Tensor {
  const { dtype, generator } = readOptions('randperm', given, 'int32');
  return randpermOp([drawKey(generator)], { n }).to(dtype);
}

/** `rand` with the shape and dtype of `like`. */
export function randLike(like: Tensor, ...given: [options?: RandomOptions]): Tensor {
  return rand(like.shape, readOptions('randLike', given, like.dtype));
}

/** `randn` with the shape and dtype of `like`. */
export function randnLike(like: Tensor, ...given: [options?: RandomOptions]): Tensor {
  return randn(like.shape, readOptions('randnLike', given, like.dtype));
}

/** `randint` with the shape and dtype of `like`. */
export function randintLike(
  like: Tensor,
  low: number,
  high: number,
  ...given: [options?: RandomOptions]
): Tensor {
  return randint(low, high, like.shape, readOptions('randintLike', given, like.dtype));
}
