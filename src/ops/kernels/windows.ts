/** How pooling windows lie along one axis, and averages over windows of a plane. */
import { ShapeError, ValueError } from '../../core/errors.js';
import { formatShape, pair, type Shape, type Size2d, windowOutput } from '../../core/shape.js';
import type { PoolAttrs } from '../../graph/attrs/layers.js';
import type { NdArray } from '../../graph/op.js';

/** One window along an axis: the elements start ≤ i < end, of a window of `extent` with its padding. */
export interface Window {
  readonly start: number;
  readonly end: number;
  readonly extent: number;
}

/** Height and width after pooling `[N, C, H, W]`; throws where the attributes do not fit. */
export function pooledSize(
  subject: string,
  x: Shape,
  attrs: PoolAttrs,
  dilation: Size2d = [1, 1],
): Size2d {
  const kernel = pair(subject, 'kernelSize', attrs.kernelSize);
  const stride = pair(subject, 'stride', attrs.stride);
  const padding = pair(subject, 'padding', attrs.padding, 0);
  pair(subject, 'dilation', dilation);
  if (padding[0] * 2 > kernel[0] || padding[1] * 2 > kernel[1])
    throw new ValueError(
      subject,
      `padding=${padding.join('×')} must be at most half of kernelSize=${kernel.join('×')}`,
    );
  const along = (axis: 0 | 1): number => {
    const size = x[2 + axis] ?? 0;
    const out = windowOutput(size, kernel[axis], stride[axis], padding[axis], dilation[axis]);
    if (!attrs.ceilMode) return out;
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const ceil = Math.ceil((size + 2 * padding[axis] - reach) / stride[axis]) + 1;
    return (ceil - 1) * stride[axis] >= size + padding[axis] ? ceil - 1 : ceil;
  };
  const size = [along(0), along(1)] as const;
  if (size[0] < 1 || size[1] < 1)
    throw new ShapeError(
      subject,
      `input ${formatShape(x)} gives an output of ${size.join('×')} under kernelSize=${kernel.join('×')}; ` +
        'use larger images or a smaller kernel',
    );
  return size;
}

/** The windows of average pooling along one axis. */
export function slidingWindows(size: number, attrs: PoolAttrs, axis: 0 | 1, count: number) {
  const padding = attrs.padding[axis];
  return Array.from({ length: count }, (_, i): Window => {
    const from = i * attrs.stride[axis] - padding;
    const to = Math.min(from + attrs.kernelSize[axis], size + padding);
    return { start: Math.max(from, 0), end: Math.min(to, size), extent: to - from };
  });
}

/** `count` windows that cover an axis evenly and may overlap, as adaptive pooling lays them. */
export function adaptiveWindows(size: number, count: number): Window[] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    const end = Math.ceil(((i + 1) * size) / count);
    return { start, end, extent: end - start };
  });
}

/** y `[N, C, H', W']`: the sums over windows of x `[N, C, H, W]`, each divided by its windows' extents. */
export function averageWindows(
  x: NdArray,
  y: NdArray,
  rows: readonly Window[],
  columns: readonly Window[],
): void {
  const width = x.shape[3] ?? 0;
  const plane = (x.shape[2] ?? 0) * width;
  let to = 0;
  for (let from = 0; to < y.data.length; from += plane)
    for (const row of rows)
      for (const column of columns) {
        let sum = 0;
        for (let i = row.start; i < row.end; i++)
          for (let j = column.start; j < column.end; j++)
            sum += x.data[from + i * width + j] as number;
        y.data[to++] = sum / (row.extent * column.extent);
      }
}

/** The transpose of averaging: spreads dy `[N, C, H', W']` over the windows of dx `[N, C, H, W]`. */
export function spreadWindows(
  dy: NdArray,
  dx: NdArray,
  rows: readonly Window[],
  columns: readonly Window[],
): void {
  const width = dx.shape[3] ?? 0;
  const sums = new Float64Array((dx.shape[2] ?? 0) * width);
  let from = 0;
  for (let to = 0; to < dx.data.length; to += sums.length) {
    sums.fill(0);
    for (const row of rows)
      for (const column of columns) {
        const share = (dy.data[from++] as number) / (row.extent * column.extent);
        for (let i = row.start; i < row.end; i++)
          for (let j = column.start; j < column.end; j++)
            sums[i * width + j] = (sums[i * width + j] as number) + share;
      }
    dx.data.set(sums, to);
  }
}
