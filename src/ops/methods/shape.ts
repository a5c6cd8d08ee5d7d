/** Other shapes of the same elements, and joining and repeating. */
import { ShapeError } from '../../core/errors.js';
import { formatShape, inferReshape, normalizeDim, numel, type Shape } from '../../core/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { expand } from '../expand.js';
import { permute } from '../permute.js';
import { reshape } from '../reshape.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ShapeMethods {}
}

interface ShapeMethods {
  /** The same elements under another shape; one size may be −1. Shares its elements with this tensor. */
  reshape(...shape: ShapeArguments): Tensor;
  /** The same as `reshape`. */
  view(...shape: ShapeArguments): Tensor;
  /** Joins the dimensions `start` to `end` into one. @default start 0, end −1 */
  flatten(start?: number, end?: number): Tensor;
  /** Without the dimensions of size 1, or without `dim` if its size is 1. */
  squeeze(dim?: number): Tensor;
  /** With a new dimension of size 1 at `dim`. */
  unsqueeze(dim: number): Tensor;
  /** With two dimensions exchanged (copied). */
  transpose(dim0: number, dim1: number): Tensor;
  /** A matrix transposed; tensors of fewer dimensions as they are. */
  t(): Tensor;
  /** With the dimensions in the given order (copied). */
  permute(...dims: ShapeArguments): Tensor;
  /** Repeated along dimensions of size 1 and new ones in front (copied); −1 keeps a size. */
  expand(...shape: ShapeArguments): Tensor;
}

/** Sizes one by one, or as an array. */
export type ShapeArguments = readonly number[] | readonly [Shape];

function sizesOf(shape: ShapeArguments): Shape {
  const [first] = shape;
  return typeof first === 'object' ? first : (shape as readonly number[]);
}

function reshapeTo(subject: string, x: Tensor, shape: Shape): Tensor {
  return reshape([x], { shape: inferReshape(subject, x.shape, shape) });
}

install<ShapeMethods>({
  reshape(...shape) {
    return reshapeTo('reshape', this, sizesOf(shape));
  },
  view(...shape) {
    return reshapeTo('view', this, sizesOf(shape));
  },
  flatten(start = 0, end = -1) {
    const first = normalizeDim('flatten', start, this.ndim);
    const last = normalizeDim('flatten', end, this.ndim);
    if (first > last)
      throw new ShapeError('flatten', `start=${start} comes after end=${end}, it must not`);
    const joined = numel(this.shape.slice(first, last + 1));
    return this.reshape([...this.shape.slice(0, first), joined, ...this.shape.slice(last + 1)]);
  },
  squeeze(dim) {
    const only = dim === undefined ? undefined : normalizeDim('squeeze', dim, this.ndim);
    const goes = (size: number, d: number) => size === 1 && (only === undefined || d === only);
    return this.reshape(this.shape.filter((size, d) => !goes(size, d)));
  },
  unsqueeze(dim) {
    const place = normalizeDim('unsqueeze', dim, this.ndim + 1);
    return this.reshape(this.shape.toSpliced(place, 0, 1));
  },
  transpose(dim0, dim1) {
    const a = normalizeDim('transpose', dim0, this.ndim);
    const b = normalizeDim('transpose', dim1, this.ndim);
    if (a === b) return this;
    return this.permute(this.shape.map((_, d) => (d === a ? b : d === b ? a : d)));
  },
  t() {
    if (this.ndim > 2)
      throw new ShapeError(
        't',
        `${formatShape(this.shape)} has ${this.ndim} dimensions, at most 2 are allowed; use transpose or permute`,
      );
    return this.ndim < 2 ? this : this.transpose(0, 1);
  },
  permute(...dims) {
    return permute([this], {
      dims: sizesOf(dims).map((dim) => normalizeDim('permute', dim, this.ndim)),
    });
  },
  expand(...shape) {
    const sizes = sizesOf(shape);
    const added = sizes.length - this.ndim;
    return expand([this], {
      shape: sizes.map((size, d) => (size === -1 ? (this.shape[d - added] ?? size) : size)),
    });
  },
});
