import { ShapeError, ValueError } from './errors.js';
import { show } from './outside-text.js';

/** Sizes per dimension, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** A height and a width. */
export type Size2d = readonly [height: number, width: number];

/** Number of elements of a shape. */
export function numel(shape: Shape): number {
  let n = 1;
  for (const size of shape) n *= size;
  return n;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] ?? 1;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** `[2,3,4]`, as error messages show shapes; of one with very many dimensions, the first. */
export function formatShape(shape: Shape): string {
  if (shape.length <= 16) return `[${shape.join(',')}]`;
  return `[${shape.slice(0, 8).join(',')},… ${shape.length} dimensions]`;
}

/** Throws unless every size is a whole number ≥ 0. */
export function requireShape(subject: string, shape: Shape): void {
  if (!Array.isArray(shape))
    throw new ShapeError(subject, `shape=${show(shape)} must be a list of sizes, such as [2, 3]`);
  for (const size of shape)
    if (!Number.isInteger(size) || size < 0)
      throw new ShapeError(subject, `shape ${formatShape(shape)} must hold whole numbers ≥ 0`);
}

/** A dimension counted from the front: −1 is the last. */
export function normalizeDim(subject: string, dim: number, rank: number): number {
  const last = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -last || dim >= last)
    throw new ShapeError(
      subject,
      `dim=${show(dim)} is out of range for a tensor of ${rank} dimensions; it must be from ${-last} to ${last - 1}`,
    );
  return dim < 0 ? dim + last : dim;
}

/** The dimensions of a reduction, ascending and without repeats; all of them when `dim` is not given. */
export function normalizeDims(
  subject: string,
  dim: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (dim === undefined) return Array.from({ length: rank }, (_, i) => i);
  const given = typeof dim === 'number' ? [dim] : dim;
  if (!Array.isArray(given))
    throw new ShapeError(subject, `dim=${show(dim)} must be a whole number or a list of them`);
  const dims = given.map((d) => normalizeDim(subject, d, rank));
  if (new Set(dims).size !== dims.length)
    throw new ShapeError(subject, `dim=[${given.join(',')}] names a dimension twice`);
  return dims.filter((d) => d < rank).sort((a, b) => a - b);
}

/** The shape that `shapes` broadcast to (NumPy's rule: right-aligned, sizes equal or 1). */
export function broadcastShapes(subject: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((size, i) => {
      const there = result[offset + i];
      if (there === 1) result[offset + i] = size;
      else if (size !== 1 && size !== there)
        throw new ShapeError(
          subject,
          `shapes ${shapes.map(formatShape).join(' and ')} do not broadcast: ` +
            `sizes ${there} and ${size} of dimension ${offset + i - rank} differ and neither is 1`,
        );
    });
  }
  return result;
}

/** Resolves a −1 in `target` so that it holds as many elements as `shape`. */
export function inferReshape(subject: string, shape: Shape, target: Shape): Shape {
  const total = numel(shape);
  const unknown = target.filter((size) => size === -1).length;
  if (unknown > 1)
    throw new ShapeError(subject, `shape ${formatShape(target)} may hold −1 only once`);
  const known = numel(target.filter((size) => size !== -1));
  const resolved =
    unknown === 1 && known > 0 ? target.map((s) => (s === -1 ? total / known : s)) : target;
  if (resolved.some((s) => !Number.isInteger(s) || s < 0) || numel(resolved) !== total)
    throw new ShapeError(
      subject,
      `cannot turn ${formatShape(shape)} (${total} elements) into ${formatShape(target)}`,
    );
  return resolved;
}

/** The shape after reducing over `dims` (ascending). */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): Shape {
  return keepdim
    ? shape.map((size, i) => (dims.includes(i) ? 1 : size))
    : shape.filter((_, i) => !dims.includes(i));
}

/** `3` → `[3, 3]`; checks that both are whole numbers ≥ `min`. */
export function pair(subject: string, name: string, value: number | Size2d, min = 1): Size2d {
  // JSON and plain JavaScript bring values of any type.
  const sizes = Array.isArray(value) ? (value as readonly number[]) : [value, value];
  const [height, width] = sizes;
  if (sizes.length !== 2 || !isWhole(height, min) || !isWhole(width, min))
    throw new ValueError(
      subject,
      `${name}=${show(value)} must be a whole number ≥ ${min} or a pair of them`,
    );
  return [height, width];
}

function isWhole(value: number | Size2d | undefined, min: number): value is number {
  return Number.isInteger(value) && (value as number) >= min;
}

/** Checks that `shape` has four dimensions and returns them. */
export function dims4(
  subject: string,
  what: string,
  shape: Shape,
): readonly [number, number, number, number] {
  const [a, b, c, d] = shape;
  if (
    shape.length !== 4 ||
    a === undefined ||
    b === undefined ||
    c === undefined ||
    d === undefined
  )
    throw new ShapeError(
      subject,
      `${what} ${formatShape(shape)} has ${shape.length} dimensions, 4 are required: [N, C, H, W]`,
    );
  return [a, b, c, d];
}

/** Output size of a sliding window: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. */
export function windowOutput(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number {
  return Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
}
