import { optionReader, requireOneOf, requireWhole } from '../core/options.js';
import { pair, type Size2d } from '../core/shape.js';
import { pad } from '../ops/pad.js';
import { zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Conv2dOptions as Conv2dCall, conv2d } from './functional.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { keywords, python } from './printing.js';
import { requireDivisible } from './require-divisible.js';
import { requireStrideOne } from './same-padding.js';

export type ConvPaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

const paddingModes = ['zeros', 'reflect', 'replicate', 'circular'] as const;

export interface Conv2dOptions extends Conv2dCall {
  /** @default true */
  bias?: boolean;
  /** What stands around the image: zeros, or its own pixels mirrored, repeated at the edge, or from the other side. @default 'zeros' */
  paddingMode?: ConvPaddingMode;
}

const readOptions = optionReader<Conv2dOptions>('Conv2d', {
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  bias: true,
  paddingMode: true,
});

/**
 * 2-D convolution: `[N, inChannels, H, W]` → `[N, outChannels, H', W']`.
 * Weight and bias start uniform in ±1/√fanIn, as PyTorch's do.
 */
export class Conv2d extends Module {
  readonly weight: Parameter; // [outChannels, inChannels / groups, kH, kW]
  readonly bias: Parameter | null; // [outChannels]
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d | 'same' | 'valid';
  readonly dilation: Size2d;
  readonly groups: number;
  readonly paddingMode: ConvPaddingMode;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: number | Size2d,
    ...given: [options?: Conv2dOptions]
  ) {
    super();
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
      paddingMode = 'zeros',
    } = readOptions(given);
    requireWhole('Conv2d', { inChannels, outChannels, groups });
    requireDivisible('Conv2d', { inChannels, outChannels }, { groups });
    requireOneOf('Conv2d', 'paddingMode', paddingMode, paddingModes);
    this.paddingMode = paddingMode;
    this.kernelSize = pair('Conv2d', 'kernelSize', kernelSize);
    this.stride = pair('Conv2d', 'stride', stride);
    this.padding =
      padding === 'same' || padding === 'valid' ? padding : pair('Conv2d', 'padding', padding, 0);
    this.dilation = pair('Conv2d', 'dilation', dilation);
    this.groups = groups;
    if (padding === 'same') requireStrideOne('Conv2d', this.stride);

    const [kH, kW] = this.kernelSize;
    const perGroup = inChannels / groups;
    const bound = 1 / Math.sqrt(perGroup * kH * kW);
    this.weight = uniform_(new Parameter(zeros([outChannels, perGroup, kH, kW])), -bound, bound);
    this.bias = bias ? uniform_(new Parameter(zeros([outChannels])), -bound, bound) : null;
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    if (paddingMode === 'zeros')
      return conv2d(x, weight, bias, { stride, padding, dilation, groups });
    const padded = pad(x, this.sides(), { mode: paddingMode });
    return conv2d(padded, weight, bias, { stride, dilation, groups });
  }

  /** How much stands left, right, above and below. */
  private sides(): number[] {
    const { kernelSize, padding, dilation } = this;
    if (padding === 'valid') return [];
    return [1, 0].flatMap((axis) => {
      if (padding !== 'same') return [padding[axis] ?? 0, padding[axis] ?? 0];
      const both = (dilation[axis] ?? 1) * ((kernelSize[axis] ?? 1) - 1);
      return [both >> 1, both - (both >> 1)];
    });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups, bias, paddingMode } = this;
    const pads = typeof padding === 'string' || padding.some((size) => size !== 0);
    const shown = keywords({
      kernel_size: kernelSize,
      stride,
      ...(pads && { padding }),
      ...(dilation.some((step) => step !== 1) && { dilation }),
      ...(groups !== 1 && { groups }),
      ...(bias === null && { bias: false }),
      ...(paddingMode !== 'zeros' && { padding_mode: paddingMode }),
    });
    return `${python(this.inChannels)}, ${python(this.outChannels)}, ${shown}`;
  }
}
