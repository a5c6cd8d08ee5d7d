import { optionReader, requireWhole } from '../core/options.js';
import { zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { linear } from './functional.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

export interface LinearOptions {
  /** @default true */
  bias?: boolean;
}

const readOptions = optionReader<LinearOptions>('Linear', { bias: true });

/**
 * y = x·wᵀ + b: `[…, inFeatures]` → `[…, outFeatures]`.
 * Weight and bias start uniform in ±1/√inFeatures, as PyTorch's do.
 */
export class Linear extends Module {
  readonly weight: Parameter; // [outFeatures, inFeatures]
  readonly bias: Parameter | null; // [outFeatures]

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    ...given: [options?: LinearOptions]
  ) {
    super();
    const { bias = true } = readOptions(given);
    requireWhole('Linear', { inFeatures, outFeatures });
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = uniform_(new Parameter(zeros([outFeatures, inFeatures])), -bound, bound);
    this.bias = bias ? uniform_(new Parameter(zeros([outFeatures])), -bound, bound) : null;
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { inFeatures, outFeatures, bias } = this;
    return keywords({ in_features: inFeatures, out_features: outFeatures, bias: bias !== null });
  }
}
