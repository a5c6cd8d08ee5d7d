import type { Size2d } from '../../core/shape.js';
import { Image } from '../image.js';
import { padGather } from './pad.js';

/**
 * Gaussian blur with a kernel of `kernelSize` (odd) and standard deviation `sigma`, in pixels; the border is mirrored.
 * One pass across and one down, in double precision, rounded once at the end.
 */
export function gaussianBlur(image: Image, kernelSize: Size2d, sigma: number): Image {
  const { height, width, channels, data } = image;
  const down = gaussianKernel(kernelSize[0], sigma);
  const across = gaussianKernel(kernelSize[1], sigma);
  const padY = kernelSize[0] >> 1;
  const padX = kernelSize[1] >> 1;
  const { rows, columns } = padGather(
    image,
    { left: padX, right: padX, top: padY, bottom: padY },
    'reflect',
  );
  const stride = width * channels;
  // Lines after the pass across: only as many as the pass down looks at, each in the place of one that is done with.
  const held = down.length;
  const lines = new Float64Array(held * stride);
  const blurLine = (y: number): void => {
    const start = (y % held) * stride;
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < across.length; k++) {
          const from = y * stride + (columns[x + k] as number) * channels + c;
          sum += (across[k] as number) * (data[from] as number);
        }
        lines[start + x * channels + c] = sum;
      }
  };
  const out = new Uint8ClampedArray(height * stride);
  const sums = new Float64Array(stride);
  let ready = 0;
  for (let y = 0; y < height; y++) {
    while (ready < Math.min(height, y + padY + 1)) blurLine(ready++);
    sums.fill(0);
    for (let k = 0; k < down.length; k++) {
      const from = ((rows[y + k] as number) % held) * stride;
      const weight = down[k] as number;
      for (let i = 0; i < stride; i++)
        sums[i] = (sums[i] as number) + weight * (lines[from + i] as number);
    }
    out.set(sums, y * stride);
  }
  return new Image(height, width, channels, new Uint8Array(out.buffer));
}

/** exp(−x²/2σ²) at the whole numbers about 0, scaled to sum 1. */
function gaussianKernel(size: number, sigma: number): Float64Array {
  const middle = (size - 1) / 2;
  const kernel = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-0.5 * ((i - middle) / sigma) ** 2),
  );
  const sum = kernel.reduce((a, b) => a + b);
  return kernel.map((value) => value / sum);
}
