/** Convolution and its two gradients in float64, seven plain loops each: what the kernels answer to. */

import { windowOutput } from '../../../src/core/shape.js';
import type { ConvAttrs } from '../../../src/engine/wasm/lower/conv-geometry.js';

export interface ConvCase extends ConvAttrs {
  readonly batch: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
}

export interface ConvShapes {
  readonly x: readonly [number, number, number, number];
  readonly w: readonly [number, number, number, number];
  readonly y: readonly [number, number, number, number];
}

export function convShapes(c: ConvCase): ConvShapes {
  const out = (i: 0 | 1) =>
    windowOutput(c.size[i], c.kernel[i], c.stride[i], c.padding[i], c.dilation[i]);
  return {
    x: [c.batch, c.channels, ...c.size],
    w: [c.outChannels, c.channels / c.groups, ...c.kernel],
    y: [c.batch, c.outChannels, out(0), out(1)],
  };
}

/** Calls `visit` with the element numbers of x, w and y of every product of the convolution. */
function eachProduct(c: ConvCase, visit: (x: number, w: number, y: number) => void): void {
  const { x, w, y } = convShapes(c);
  const [, , height, width] = x;
  const [, perGroup, kernelHeight, kernelWidth] = w;
  const [batch, outChannels, outHeight, outWidth] = y;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / (outChannels / c.groups)) * perGroup;
      for (let i = 0; i < outHeight; i++)
        for (let j = 0; j < outWidth; j++)
          for (let k = 0; k < perGroup; k++)
            for (let u = 0; u < kernelHeight; u++)
              for (let v = 0; v < kernelWidth; v++) {
                const row = i * c.stride[0] + u * c.dilation[0] - c.padding[0];
                const column = j * c.stride[1] + v * c.dilation[1] - c.padding[1];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                visit(
                  ((n * c.channels + firstChannel + k) * height + row) * width + column,
                  ((o * perGroup + k) * kernelHeight + u) * kernelWidth + v,
                  ((n * outChannels + o) * outHeight + i) * outWidth + j,
                );
              }
    }
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** y, dx and dw for the given x, w and dy; a bias is added to y. */
export function convOracle(
  c: ConvCase,
  x: Float32Array,
  w: Float32Array,
  dy: Float32Array,
  bias?: Float32Array,
) {
  const shapes = convShapes(c);
  const [, outChannels, outHeight, outWidth] = shapes.y;
  const y = new Float64Array(count(shapes.y));
  const dx = new Float64Array(count(shapes.x));
  const dw = new Float64Array(count(shapes.w));
  if (bias !== undefined)
    for (let i = 0; i < y.length; i++)
      y[i] = bias[Math.floor(i / (outHeight * outWidth)) % outChannels] as number;
  eachProduct(c, (i, j, k) => {
    y[k] = (y[k] as number) + (x[i] as number) * (w[j] as number);
    dx[i] = (dx[i] as number) + (dy[k] as number) * (w[j] as number);
    dw[j] = (dw[j] as number) + (dy[k] as number) * (x[i] as number);
  });
  return { y, dx, dw };
}

/** Largest difference, relative to the largest magnitude expected. NaN anywhere gives NaN. */
export function relativeError(actual: Float32Array, expected: Float64Array): number {
  let error = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    error = Number.isNaN(difference) ? Number.NaN : Math.max(error, difference);
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return error / (largest || 1);
}

/** `length` numbers in −1 … 1, the same for the same seed. */
export function noise(length: number, seed: number): Float32Array {
  const data = new Float32Array(length);
  let state = (seed * 2654435761 + 12345) | 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = state / 2147483648;
  }
  return data;
}
