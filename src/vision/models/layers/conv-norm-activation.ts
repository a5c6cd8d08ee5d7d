import { BatchNorm2d } from '../../../nn/batch-norm.js';
import { Sequential } from '../../../nn/containers.js';
import { Conv2d } from '../../../nn/conv.js';
import type { Module } from '../../../nn/module.js';

export interface ConvNormOptions {
  /** @default 3 */
  readonly kernelSize?: number;
  /** @default 1 */
  readonly stride?: number;
  /** @default what keeps the size at stride 1 */
  readonly padding?: number;
  /** @default 1 */
  readonly groups?: number;
  /** @default BatchNorm2d */
  readonly norm?: (channels: number) => Module;
  /** @default false */
  readonly bias?: boolean;
  /** What follows the norm; null is nothing. */
  readonly activation: (() => Module) | null;
}

/** Convolution, norm and activation in a row, under the keys 0, 1, 2: torchvision's Conv2dNormActivation. */
export class Conv2dNormActivation extends Sequential {
  constructor(inChannels: number, outChannels: number, options: ConvNormOptions) {
    const { kernelSize = 3, stride = 1, groups = 1, bias = false, activation } = options;
    const { padding = (kernelSize - 1) >> 1, norm = (channels) => new BatchNorm2d(channels) } =
      options;
    const conv = new Conv2d(inChannels, outChannels, kernelSize, { stride, padding, groups, bias });
    super(conv, norm(outChannels), ...(activation === null ? [] : [activation()]));
  }
}
