import { optionReader } from '../core/options.js';
import { pair, type Size2d } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  type AvgPool2dOptions,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  type MaxPool2dOptions,
  maxPool2d,
} from './functional.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

const readMaxPool2d = optionReader<MaxPool2dOptions>('MaxPool2d', {
  stride: true,
  padding: true,
  dilation: true,
  ceilMode: true,
});

/** The largest value of each window: `[N, C, H, W]` → `[N, C, H', W']`. */
export class MaxPool2d extends Module {
  readonly options: Required<MaxPool2dOptions>;

  constructor(
    readonly kernelSize: number | Size2d,
    ...given: [options?: MaxPool2dOptions]
  ) {
    super();
    const {
      stride = kernelSize,
      padding = 0,
      dilation = 1,
      ceilMode = false,
    } = readMaxPool2d(given);
    pair('MaxPool2d', 'kernelSize', kernelSize);
    pair('MaxPool2d', 'stride', stride);
    pair('MaxPool2d', 'padding', padding, 0);
    pair('MaxPool2d', 'dilation', dilation);
    this.options = { stride, padding, dilation, ceilMode };
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding, dilation, ceilMode } = this.options;
    const { kernelSize } = this;
    return keywords({ kernel_size: kernelSize, stride, padding, dilation, ceil_mode: ceilMode });
  }
}

const readAvgPool2d = optionReader<AvgPool2dOptions>('AvgPool2d', {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
});

/** The mean of each window: `[N, C, H, W]` → `[N, C, H', W']`. */
export class AvgPool2d extends Module {
  readonly options: Required<AvgPool2dOptions>;

  constructor(
    readonly kernelSize: number | Size2d,
    ...given: [options?: AvgPool2dOptions]
  ) {
    super();
    const {
      stride = kernelSize,
      padding = 0,
      ceilMode = false,
      countIncludePad = true,
    } = readAvgPool2d(given);
    pair('AvgPool2d', 'kernelSize', kernelSize);
    pair('AvgPool2d', 'stride', stride);
    pair('AvgPool2d', 'padding', padding, 0);
    this.options = { stride, padding, ceilMode, countIncludePad };
  }

  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding } = this.options;
    return keywords({ kernel_size: this.kernelSize, stride, padding });
  }
}

/** Averages over as many windows as the output has places: `[N, C, H, W]` → `[N, C, …outputSize]`. */
export class AdaptiveAvgPool2d extends Module {
  constructor(readonly outputSize: number | Size2d) {
    super();
    pair('AdaptiveAvgPool2d', 'outputSize', outputSize);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return keywords({ output_size: this.outputSize });
  }
}

/** Maxima over as many windows as the output has places: `[N, C, H, W]` → `[N, C, …outputSize]`. */
export class AdaptiveMaxPool2d extends Module {
  constructor(readonly outputSize: number | Size2d) {
    super();
    pair('AdaptiveMaxPool2d', 'outputSize', outputSize);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return keywords({ output_size: this.outputSize });
  }
}
