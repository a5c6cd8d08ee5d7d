import { ValueError } from '../core/errors.js';
import type { Size2d } from '../core/shape.js';

/** Zeros on each side of the image so that a convolution with stride 1 gives at least as many rows and columns. */
export function samePadding(kernel: Size2d, dilation: Size2d): Size2d {
  return [
    Math.ceil((dilation[0] * (kernel[0] - 1)) / 2),
    Math.ceil((dilation[1] * (kernel[1] - 1)) / 2),
  ];
}

/** Throws for another stride: an output as large as the input cannot be had then. */
export function requireStrideOne(subject: string, stride: Size2d): void {
  if (stride[0] !== 1 || stride[1] !== 1)
    throw new ValueError(
      subject,
      `padding 'same' with stride ${stride.join('×')}, stride 1 is required; give the padding as a number`,
    );
}
