import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { dims4, formatShape, pair, type Size2d } from '../core/shape.js';
import { conv2dBackwardInput } from '../ops/conv2d.js';
import type { Tensor } from '../tensor/tensor.js';

export interface ConvTranspose2dCallOptions {
  /** @default 1 */
  stride?: number | Size2d;
  /** Rows and columns cut from each side of the result. @default 0 */
  padding?: number | Size2d;
  /** Rows and columns more at the far sides, to tell apart sizes that a strided convolution maps to one. @default 0 */
  outputPadding?: number | Size2d;
  /** @default 1 */
  groups?: number;
  /** @default 1 */
  dilation?: number | Size2d;
}

const readOptions = optionReader<ConvTranspose2dCallOptions>('convTranspose2d', {
  stride: true,
  padding: true,
  outputPadding: true,
  groups: true,
  dilation: true,
});

/**
 * Transposed 2-D convolution, the gradient of a convolution's input as a layer: x `[N, C, H, W]`, weight
 * `[C, O/groups, kH, kW]`, bias `[O]` → `[N, O, H', W']`, H' = (H − 1)·s − 2p + d·(kH − 1) + outputPadding + 1.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  ...given: [options?: ConvTranspose2dCallOptions]
): Tensor {
  const options = readOptions(given);
  const { groups = 1 } = options;
  const [n, c, height, width] = dims4('convTranspose2d', 'input', x.shape);
  const [channels, perGroup, kH, kW] = dims4('convTranspose2d', 'weight', weight.shape);
  const stride = pair('convTranspose2d', 'stride', options.stride ?? 1);
  const padding = pair('convTranspose2d', 'padding', options.padding ?? 0, 0);
  const extra = pair('convTranspose2d', 'outputPadding', options.outputPadding ?? 0, 0);
  const dilation = pair('convTranspose2d', 'dilation', options.dilation ?? 1);
  if (c !== channels)
    throw new ShapeError(
      'convTranspose2d',
      `input ${formatShape(x.shape)} has ${c} channels, but weight ${formatShape(weight.shape)} expects ${channels}`,
    );
  for (const axis of [0, 1] as const)
    if (extra[axis] >= Math.max(stride[axis], dilation[axis]))
      throw new ValueError(
        'convTranspose2d',
        `outputPadding=${extra.join('×')} must be below stride=${stride.join('×')} or dilation=${dilation.join('×')}`,
      );
  const along = (axis: 0 | 1, size: number, kernel: number) =>
    (size - 1) * stride[axis] - 2 * padding[axis] + dilation[axis] * (kernel - 1) + extra[axis] + 1;
  const shape = [n, perGroup * groups, along(0, height, kH), along(1, width, kW)];
  const y = conv2dBackwardInput([x, weight], { stride, padding, dilation, groups, shape });
  return bias === null ? y : y.add(bias.reshape([-1, 1, 1]));
}
