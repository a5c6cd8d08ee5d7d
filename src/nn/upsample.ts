import { optionReader } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { type InterpolateOptions, interpolate } from './interpolate.js';
import { Module } from './module.js';
import { keywords, pythonFloat } from './printing.js';

const readOptions = optionReader<InterpolateOptions>('Upsample', {
  size: true,
  scaleFactor: true,
  mode: true,
  alignCorners: true,
});

/** `interpolate` as a layer: `[N, C, H, W]` → `[N, C, H', W']`. */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(...given: [options?: InterpolateOptions]) {
    super();
    this.options = readOptions(given);
  }

  override forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode = 'nearest' } = this.options;
    if (size !== undefined) return keywords({ size, mode });
    const factors = typeof scaleFactor === 'number' ? [scaleFactor] : (scaleFactor ?? [1]);
    const shown = factors.map(pythonFloat).join(', ');
    return `scale_factor=${factors.length === 1 ? shown : `(${shown})`}, mode=${mode}`;
  }
}
