/** Reductions, over all dimensions or some. */
import { type OptionNames, optionReader, requireNumber } from '../../core/options.js';
import { normalizeDim, normalizeDims, type Shape, sameShape } from '../../core/shape.js';
import type { ReductionAttrs, VarianceAttrs } from '../../graph/attrs/reduction.js';
import type { Op } from '../../tensor/define-op.js';
import type { Tensor } from '../../tensor/tensor.js';
import { argmax } from '../argmax.js';
import { argmin } from '../argmin.js';
import { max } from '../max.js';
import { mean } from '../mean.js';
import { min } from '../min.js';
import { norm } from '../norm.js';
import { std } from '../std.js';
import { sum } from '../sum.js';
import { ValuesAndIndices } from '../values-and-indices.js';
import { variance } from '../var.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ReductionMethods {}
}

interface ReductionMethods {
  /** The sum; whole numbers and bools give int32. */
  sum(dim?: Dims, ...given: [options?: ReductionOptions]): Tensor;
  /** The mean. */
  mean(dim?: Dims, ...given: [options?: ReductionOptions]): Tensor;
  /** The variance, of a sample unless told otherwise. */
  var(dim?: Dims, ...given: [options?: VarianceOptions]): Tensor;
  /** The standard deviation, of a sample unless told otherwise. */
  std(dim?: Dims, ...given: [options?: VarianceOptions]): Tensor;
  /** The p-norm (Σ |x|ᵖ)^(1/p); p may be Infinity, −Infinity or 0. @default p 2 */
  norm(p?: number, dim?: Dims, ...given: [options?: ReductionOptions]): Tensor;
  /** The largest element, or the largest along `dim` and where they are. */
  max(): Tensor;
  max(dim: number, ...given: [options?: ReductionOptions]): ValuesAndIndices;
  /** The smallest element, or the smallest along `dim` and where they are. */
  min(): Tensor;
  min(dim: number, ...given: [options?: ReductionOptions]): ValuesAndIndices;
  /** The largest over dimensions; equal ones share the gradient. */
  amax(dim?: Dims, ...given: [options?: ReductionOptions]): Tensor;
  /** The smallest over dimensions; equal ones share the gradient. */
  amin(dim?: Dims, ...given: [options?: ReductionOptions]): Tensor;
  /** Where the largest element is along `dim`, or in the flattened tensor: int32. */
  argmax(dim?: number, ...given: [options?: ReductionOptions]): Tensor;
  /** Where the smallest element is along `dim`, or in the flattened tensor: int32. */
  argmin(dim?: number, ...given: [options?: ReductionOptions]): Tensor;
  /** The sum over the dimensions in which `shape` broadcast to this tensor's: the gradient of broadcasting. */
  sumTo(shape: Shape): Tensor;
}

/** One dimension or several; −1 is the last. */
export type Dims = number | readonly number[];

export interface ReductionOptions {
  /** Keep the reduced dimensions, with size 1. @default false */
  keepdim?: boolean;
}

export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements: 1 for a sample, 0 for a whole population. @default 1 */
  correction?: number;
}

const names: OptionNames<ReductionOptions> = { keepdim: true };
const readOptions = optionReader<ReductionOptions>('reduction', names);

/** Whether the reduced dimensions stay. */
export function readKeepdim(subject: string, given: [options?: ReductionOptions]): boolean {
  return readOptions(given, subject).keepdim ?? false;
}

const readVariance = optionReader<VarianceOptions>(
  'var',
  { ...names, correction: true },
  { unbiased: 'unbiased: false is correction: 0' },
);

function attrs(
  subject: string,
  x: Tensor,
  dim: Dims | undefined,
  given: [options?: ReductionOptions],
): ReductionAttrs {
  const keepdim = readKeepdim(subject, given);
  return { dims: normalizeDims(subject, dim, x.ndim), keepdim };
}

function varianceAttrs(
  subject: string,
  x: Tensor,
  dim: Dims | undefined,
  given: [options?: VarianceOptions],
): VarianceAttrs {
  const { correction = 1, ...options } = readVariance(given, subject);
  return { ...attrs(subject, x, dim, [options]), correction };
}

/** The extreme values along one dimension and where they are; gradients go to where they are. */
function extremes(
  subject: string,
  locate: Op<'argmax'> | Op<'argmin'>,
  x: Tensor,
  dim: number,
  given: [options?: ReductionOptions],
): ValuesAndIndices {
  const keepdim = readKeepdim(subject, given);
  if (x.ndim === 0) return new ValuesAndIndices(x.clone(), locate([x], { dims: [], keepdim }));
  const along = normalizeDim(subject, dim, x.ndim);
  const indices = locate([x], { dims: [along], keepdim: true });
  const values = x.gather(along, indices);
  return keepdim
    ? new ValuesAndIndices(values, indices)
    : new ValuesAndIndices(values.squeeze(along), indices.squeeze(along));
}

function maxOf(this: Tensor): Tensor;
function maxOf(this: Tensor, dim: number, ...given: [options?: ReductionOptions]): ValuesAndIndices;
function maxOf(
  this: Tensor,
  dim?: number,
  ...given: [options?: ReductionOptions]
): Tensor | ValuesAndIndices {
  return dim === undefined ? this.amax() : extremes('max', argmax, this, dim, given);
}

function minOf(this: Tensor): Tensor;
function minOf(this: Tensor, dim: number, ...given: [options?: ReductionOptions]): ValuesAndIndices;
function minOf(
  this: Tensor,
  dim?: number,
  ...given: [options?: ReductionOptions]
): Tensor | ValuesAndIndices {
  return dim === undefined ? this.amin() : extremes('min', argmin, this, dim, given);
}

install<ReductionMethods>({
  sum(dim, ...given) {
    return sum([this], attrs('sum', this, dim, given));
  },
  mean(dim, ...given) {
    return mean([this], attrs('mean', this, dim, given));
  },
  var(dim, ...given) {
    return variance([this], varianceAttrs('var', this, dim, given));
  },
  std(dim, ...given) {
    return std([this], varianceAttrs('std', this, dim, given));
  },
  norm(p = 2, dim, ...given) {
    requireNumber('norm', 'p', p);
    if (p === Infinity) return this.abs().amax(dim, ...given);
    if (p === -Infinity) return this.abs().amin(dim, ...given);
    if (p === 0)
      return this.ne(0)
        .to(this.dtype)
        .sum(dim, ...given);
    if (p === 1) return this.abs().sum(dim, ...given);
    return norm([this], { ...attrs('norm', this, dim, given), p });
  },
  max: maxOf,
  min: minOf,
  amax(dim, ...given) {
    return max([this], attrs('amax', this, dim, given));
  },
  amin(dim, ...given) {
    return min([this], attrs('amin', this, dim, given));
  },
  argmax(dim, ...given) {
    return argmax([this], attrs('argmax', this, dim, given));
  },
  argmin(dim, ...given) {
    return argmin([this], attrs('argmin', this, dim, given));
  },
  sumTo(shape) {
    if (sameShape(this.shape, shape)) return this;
    const added = this.ndim - shape.length;
    const dims = this.shape.flatMap((size, d) =>
      d < added || shape[d - added] !== size ? [d] : [],
    );
    return this.sum(dims, { keepdim: true }).reshape(shape);
  },
});
