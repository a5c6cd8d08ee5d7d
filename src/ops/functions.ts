/**
 * Functions of PyTorch's top level: those that join or choose between tensors, and methods as functions, for code that
 * reads `exp(x)` rather than `x.exp()`.
 */
import { ShapeError, ValueError } from '../core/errors.js';
import { requireList } from '../core/options.js';
import { formatShape, normalizeDim, type Shape, sameShape } from '../core/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { cat as catOp } from './cat.js';
import type { ReductionOptions } from './methods/reduction.js';
import { operand, type TensorLike } from './operand.js';
import type { ValuesAndIndices } from './values-and-indices.js';
import { where as whereOp } from './where.js';
import './methods/accumulation.js';
import './methods/activation.js';
import './methods/arithmetic.js';
import './methods/comparison.js';
import './methods/elementary.js';
import './methods/indexing.js';
import './methods/logic.js';
import './methods/ordering.js';
import './methods/product.js';
import './methods/rearrangement.js';
import './methods/reduction.js';
import './methods/shape.js';
import { full } from '../tensor/creation.js';

/** Tensors one after another along `dim`; their other sizes must be equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  requireList('cat', tensors, 'tensors');
  const [first] = tensors;
  if (first === undefined) throw new ValueError('cat', '0 tensors, at least one is required');
  if (first.ndim === 0)
    throw new ShapeError('cat', 'tensors of no dimensions cannot be joined; use stack');
  return catOp([...tensors], { dim: normalizeDim('cat', dim, first.ndim) });
}

/** Tensors of one shape next to each other, along a new dimension `dim`. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  requireList('stack', tensors, 'tensors');
  const [first] = tensors;
  if (first === undefined) throw new ValueError('stack', '0 tensors, at least one is required');
  for (const { shape } of tensors)
    if (!sameShape(shape, first.shape))
      throw new ShapeError(
        'stack',
        `shapes ${formatShape(first.shape)} and ${formatShape(shape)} must be equal`,
      );
  const place = normalizeDim('stack', dim, first.ndim + 1);
  return cat(
    tensors.map((tensor) => tensor.unsqueeze(place)),
    place,
  );
}

/** `a` where the bool `condition` holds, `b` elsewhere, with broadcasting. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  if (a instanceof Tensor) return a.where(condition, b);
  const other = b instanceof Tensor ? b : full([], b);
  return whereOp([condition, operand(a, other), other], {});
}

/** `x` under another shape; one size may be −1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return x.reshape(shape);
}

/** `x` with its dimensions in the given order. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  return x.permute(dims);
}

/** Matrix products of two batches: `[B, N, M]` and `[B, M, K]` → `[B, N, K]`. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  if (a.ndim !== 3 || b.ndim !== 3 || a.size(0) !== b.size(0))
    throw new ShapeError(
      'bmm',
      `${formatShape(a.shape)} and ${formatShape(b.shape)} must be [B, N, M] and [B, M, K] with one B; use matmul for others`,
    );
  return a.matmul(b);
}

/** `x` with the order of its elements along `dims` reversed. */
export function flip(x: Tensor, dims: readonly number[]): Tensor {
  return x.flip(...dims);
}

/** The largest element, the largest along `dim` and where they are, or the larger of two tensors' elements. */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, dim: number, options?: ReductionOptions): ValuesAndIndices;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(
  x: Tensor,
  dim?: number | Tensor,
  ...options: [options?: ReductionOptions]
): Tensor | ValuesAndIndices {
  if (dim instanceof Tensor) return x.maximum(dim);
  return dim === undefined ? x.max() : x.max(dim, ...options);
}

/** The smallest element, the smallest along `dim` and where they are, or the smaller of two tensors' elements. */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, dim: number, options?: ReductionOptions): ValuesAndIndices;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(
  x: Tensor,
  dim?: number | Tensor,
  ...options: [options?: ReductionOptions]
): Tensor | ValuesAndIndices {
  if (dim instanceof Tensor) return x.minimum(dim);
  return dim === undefined ? x.min() : x.min(dim, ...options);
}

/** A method as a function of its tensor and its arguments. */
function asFunction<A extends unknown[], R>(method: (this: Tensor, ...args: A) => R) {
  return (x: Tensor, ...args: A): R => method.apply(x, args);
}

const methods = Tensor.prototype;
export const add = asFunction(methods.add);
export const sub = asFunction(methods.sub);
export const mul = asFunction(methods.mul);
export const div = asFunction(methods.div);
export const pow = asFunction(methods.pow);
export const maximum = asFunction(methods.maximum);
export const minimum = asFunction(methods.minimum);
export const lerp = asFunction(methods.lerp);
export const neg = asFunction(methods.neg);
export const abs = asFunction(methods.abs);
export const sign = asFunction(methods.sign);
export const exp = asFunction(methods.exp);
export const log = asFunction(methods.log);
export const sqrt = asFunction(methods.sqrt);
export const square = asFunction(methods.square);
export const clamp = asFunction(methods.clamp);
export const eq = asFunction(methods.eq);
export const ne = asFunction(methods.ne);
export const lt = asFunction(methods.lt);
export const le = asFunction(methods.le);
export const gt = asFunction(methods.gt);
export const ge = asFunction(methods.ge);
export const relu = asFunction(methods.relu);
export const sigmoid = asFunction(methods.sigmoid);
export const tanh = asFunction(methods.tanh);
export const softmax = asFunction(methods.softmax);
export const logSoftmax = asFunction(methods.logSoftmax);
export const matmul = asFunction(methods.matmul);
export const sum = asFunction(methods.sum);
export const mean = asFunction(methods.mean);
export const std = asFunction(methods.std);
export const norm = asFunction(methods.norm);
export const amax = asFunction(methods.amax);
export const amin = asFunction(methods.amin);
export const argmax = asFunction(methods.argmax);
export const argmin = asFunction(methods.argmin);
export const flatten = asFunction(methods.flatten);
export const squeeze = asFunction(methods.squeeze);
export const unsqueeze = asFunction(methods.unsqueeze);
export const transpose = asFunction(methods.transpose);
export const narrow = asFunction(methods.narrow);
export const indexSelect = asFunction(methods.indexSelect);
export const gather = asFunction(methods.gather);
export const split = asFunction(methods.split);
export const chunk = asFunction(methods.chunk);
export const floor = asFunction(methods.floor);
export const ceil = asFunction(methods.ceil);
export const round = asFunction(methods.round);
export const sin = asFunction(methods.sin);
export const cos = asFunction(methods.cos);
export const erf = asFunction(methods.erf);
export const isnan = asFunction(methods.isnan);
export const isfinite = asFunction(methods.isfinite);
export const any = asFunction(methods.any);
export const all = asFunction(methods.all);
export const prod = asFunction(methods.prod);
export const cumsum = asFunction(methods.cumsum);
export const logsumexp = asFunction(methods.logsumexp);
export const sort = asFunction(methods.sort);
export const argsort = asFunction(methods.argsort);
export const topk = asFunction(methods.topk);
export const roll = asFunction(methods.roll);
export const scatter = asFunction(methods.scatter);
export const scatterAdd = asFunction(methods.scatterAdd);
