/** Parts of a tensor. */

import { ShapeError, ValueError } from '../../core/errors.js';
import { requireWhole } from '../../core/options.js';
import { formatShape, normalizeDim } from '../../core/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { gather } from '../gather.js';
import { indexSelect } from '../index-select.js';
import { operand, type TensorLike } from '../operand.js';
import { scatter } from '../scatter.js';
import { scatterAdd } from '../scatter-add.js';
import { slice } from '../slice.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends IndexingMethods {}
}

interface IndexingMethods {
  /**
   * The part of the tensor that the indices name, one per dimension from the first: a number takes one position and
   * drops the dimension, `[start, stop, step]` a range (as Python's start:stop:step), `null` everything. Negative
   * positions count from the end. A copy.
   *
   * @example x.at(0) // x[0]; x.at(null, -1) // x[:, -1]; x.at([1, 3], [null, null, 2]) // x[1:3, ::2]
   */
  at(...indices: readonly Index[]): Tensor;
  /** `length` positions along `dim` from `start`. A copy. */
  narrow(dim: number, start: number, length: number): Tensor;
  /** The slices along `dim` that the 1-d int32 `index` names. */
  indexSelect(dim: number, index: Tensor): Tensor;
  /** Picks one element along `dim` for each element of the int32 `index`: y[i][j] = this[i][index[i][j]] for dim 1. */
  gather(dim: number, index: Tensor): Tensor;
  /** The opposite of `gather`: puts each element of `src` (or the number) to the place that `index` names. */
  scatter(dim: number, index: Tensor, src: TensorLike): Tensor;
  /** The opposite of `gather`: adds each element of `src` to the place that `index` names. */
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor;
  /** Pieces of `size` along `dim` (the last may be smaller), or of the given sizes. @default dim 0 */
  split(size: number | readonly number[], dim?: number): Tensor[];
  /** At most `count` pieces of equal size along `dim` (the last may be smaller). @default dim 0 */
  chunk(count: number, dim?: number): Tensor[];
}

/** A range `[start, stop, step]`; null is from the first, to the last. */
export type Range = readonly [start: number | null, stop: number | null, step?: number];

/** A position, a range, or null for everything. */
export type Index = number | Range | null;

/** Start, end and step of an index, within a dimension of `size`. */
function rangeOf(index: Index, size: number, dim: number): readonly [number, number, number] {
  if (typeof index === 'number') {
    const position = index < 0 ? index + size : index;
    if (!Number.isInteger(index) || position < 0 || position >= size)
      throw new ValueError(
        'at',
        `index ${index} is out of range for dimension ${dim} of size ${size}; it must be from ${-size} to ${size - 1}`,
      );
    return [position, position + 1, 1];
  }
  const [start, stop, step = 1] = index ?? [null, null];
  if (!Number.isInteger(step) || step < 1)
    throw new ValueError('at', `step=${step} of dimension ${dim} must be a whole number ≥ 1`);
  const from = clip(start ?? 0, size);
  return [from, Math.max(from, clip(stop ?? size, size)), step];
}

/** A bound of a range as Python takes it: counted from the end where negative, cut to what is there. */
function clip(bound: number, size: number): number {
  return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
}

function equalSizes(total: number, size: number): number[] {
  requireWhole('split', { size });
  const pieces = Math.max(1, Math.ceil(total / size));
  return Array.from({ length: pieces }, (_, i) => Math.min(size, total - i * size));
}

install<IndexingMethods>({
  at(...indices) {
    if (indices.length > this.ndim)
      throw new ShapeError(
        'at',
        `${indices.length} indices for ${formatShape(this.shape)}, at most ${this.ndim} are allowed`,
      );
    const ranges = this.shape.map((size, d) => rangeOf(indices[d] ?? null, size, d));
    const part = slice([this], {
      starts: ranges.map(([start]) => start),
      ends: ranges.map(([, end]) => end),
      steps: ranges.map(([, , step]) => step),
    });
    return part.reshape(part.shape.filter((_, d) => typeof indices[d] !== 'number'));
  },
  narrow(dim, start, length) {
    const along = normalizeDim('narrow', dim, this.ndim);
    const size = this.size(along);
    const from = start < 0 ? start + size : start;
    if (!(from >= 0 && length >= 0 && from + length <= size))
      throw new ShapeError(
        'narrow',
        `start=${start}, length=${length} exceed dimension ${along} of ${formatShape(this.shape)}`,
      );
    return slice([this], {
      starts: this.shape.map((_, d) => (d === along ? from : 0)),
      ends: this.shape.map((whole, d) => (d === along ? from + length : whole)),
      steps: this.shape.map(() => 1),
    });
  },
  indexSelect(dim, index) {
    return indexSelect([this, index], { dim: normalizeDim('indexSelect', dim, this.ndim) });
  },
  gather(dim, index) {
    return gather([this, index], { dim: normalizeDim('gather', dim, this.ndim) });
  },
  scatter(dim, index, src) {
    const source = src instanceof Tensor ? src : operand(src, this).expand(index.shape);
    return scatter([this, index, source], { dim: normalizeDim('scatter', dim, this.ndim) });
  },
  scatterAdd(dim, index, src) {
    return scatterAdd([this, index, src], { dim: normalizeDim('scatterAdd', dim, this.ndim) });
  },
  split(size, dim = 0) {
    const along = normalizeDim('split', dim, this.ndim);
    const total = this.size(along);
    const sizes = typeof size === 'number' ? equalSizes(total, size) : size;
    if (sizes.reduce((sum, n) => sum + n, 0) !== total)
      throw new ShapeError(
        'split',
        `sizes ${formatShape(sizes)} must add up to ${total}, the size of dimension ${along} of ${formatShape(this.shape)}`,
      );
    let start = 0;
    return sizes.map((length) => {
      start += length;
      return this.narrow(along, start - length, length);
    });
  },
  chunk(count, dim = 0) {
    requireWhole('chunk', { count });
    return this.split(Math.max(1, Math.ceil(this.size(dim) / count)), dim);
  },
});
