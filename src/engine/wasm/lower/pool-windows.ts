import type { AvgPool2dAttrs } from '../../../graph/attrs/layers.js';
/** Where the windows of average pooling lie, as the tables that its kernels walk. */

export interface Window {
  readonly start: number;
  readonly end: number;
  /** By which its sum is divided, together with that of the other axis. */
  readonly extent: number;
}

/** The windows of average pooling along an axis of `size`. */
export function slidingWindows(
  size: number,
  count: number,
  { kernelSize, stride, padding, countIncludePad }: AvgPool2dAttrs,
  axis: 0 | 1,
): Window[] {
  return Array.from({ length: count }, (_, i) => {
    const from = i * stride[axis] - padding[axis];
    const to = Math.min(from + kernelSize[axis], size + padding[axis]);
    const start = Math.max(from, 0);
    const end = Math.min(to, size);
    return { start, end, extent: countIncludePad ? to - from : end - start };
  });
}

/** `count` windows that cover an axis of `size` evenly. */
export function adaptiveWindows(size: number, count: number): Window[] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    const end = Math.ceil(((i + 1) * size) / count);
    return { start, end, extent: end - start };
  });
}

/** Per window start, end and 1 / extent (float bits). */
export function windowTable(windows: readonly Window[]): Int32Array {
  const words = new Int32Array(3 * windows.length);
  const floats = new Float32Array(words.buffer);
  windows.forEach(({ start, end, extent }, i) => {
    words[3 * i] = start;
    words[3 * i + 1] = end;
    floats[3 * i + 2] = 1 / extent;
  });
  return words;
}

/** Per element of the axis the first window that holds it and the one after the last; none: 0, 0. */
export function coverTable(windows: readonly Window[], size: number): Int32Array {
  const words = new Int32Array(2 * size);
  windows.forEach(({ start, end }, i) => {
    for (let at = start; at < end; at++) {
      if (words[2 * at + 1] === 0) words[2 * at] = i;
      words[2 * at + 1] = i + 1;
    }
  });
  return words;
}
