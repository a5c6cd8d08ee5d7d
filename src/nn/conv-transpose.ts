import { optionReader, requireWhole } from '../core/options.js';
import { pair, type Size2d } from '../core/shape.js';
import { zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ConvTranspose2dCallOptions, convTranspose2d } from './conv-transpose-call.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { keywords } from './printing.js';
import { requireDivisible } from './require-divisible.js';

export interface ConvTranspose2dOptions extends ConvTranspose2dCallOptions {
  /** @default true */
  bias?: boolean;
}

const readOptions = optionReader<ConvTranspose2dOptions>('ConvTranspose2d', {
  stride: true,
  padding: true,
  outputPadding: true,
  groups: true,
  bias: true,
  dilation: true,
});

/**
 * Transposed 2-D convolution: `[N, inChannels, H, W]` → `[N, outChannels, H', W']`.
 * Weight and bias start uniform in ±1/√fanIn, as PyTorch's do.
 */
export class ConvTranspose2d extends Module {
  readonly weight: Parameter; // [inChannels, outChannels / groups, kH, kW]
  readonly bias: Parameter | null; // [outChannels]
  readonly kernelSize: Size2d;
  private readonly geometry: {
    readonly stride: Size2d;
    readonly padding: Size2d;
    readonly outputPadding: Size2d;
    readonly dilation: Size2d;
    readonly groups: number;
  };

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: number | Size2d,
    ...given: [options?: ConvTranspose2dOptions]
  ) {
    super();
    const options = readOptions(given);
    const { groups = 1, bias = true } = options;
    requireWhole('ConvTranspose2d', { inChannels, outChannels, groups });
    requireDivisible('ConvTranspose2d', { inChannels, outChannels }, { groups });
    const size = (name: 'stride' | 'padding' | 'outputPadding' | 'dilation', least: 0 | 1) =>
      pair('ConvTranspose2d', name, options[name] ?? least, least);
    this.kernelSize = pair('ConvTranspose2d', 'kernelSize', kernelSize);
    this.geometry = {
      stride: size('stride', 1),
      padding: size('padding', 0),
      outputPadding: size('outputPadding', 0),
      dilation: size('dilation', 1),
      groups,
    };
    const [kH, kW] = this.kernelSize;
    const perGroup = outChannels / groups;
    const bound = 1 / Math.sqrt(perGroup * kH * kW);
    this.weight = uniform_(new Parameter(zeros([inChannels, perGroup, kH, kW])), -bound, bound);
    this.bias = bias ? uniform_(new Parameter(zeros([outChannels])), -bound, bound) : null;
  }

  override forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.geometry);
  }

  override extraRepr(): string {
    const { stride, padding, outputPadding, dilation, groups } = this.geometry;
    const differs = (sizes: Size2d, usual: number) => sizes.some((n) => n !== usual);
    const shown = keywords({
      kernel_size: this.kernelSize,
      stride,
      ...(differs(padding, 0) && { padding }),
      ...(differs(dilation, 1) && { dilation }),
      ...(differs(outputPadding, 0) && { output_padding: outputPadding }),
      ...(groups !== 1 && { groups }),
      ...(this.bias === null && { bias: false }),
    });
    return `${this.inChannels}, ${this.outChannels}, ${shown}`;
  }
}
