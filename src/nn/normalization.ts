import { optionReader, requireWhole } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import { ones, zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { groupNorm, layerNorm } from './functional.js';
import { Module } from './module.js';
import { keywords, python } from './printing.js';
import { requireDivisible } from './require-divisible.js';

export interface LayerNormOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /** Whether scale and shift of each element are trained. @default true */
  elementwiseAffine?: boolean;
}

const readLayerNorm = optionReader<LayerNormOptions>('LayerNorm', {
  eps: true,
  elementwiseAffine: true,
});

/** Layer normalisation over the last dimensions (Ba et al., 2016, https://arxiv.org/abs/1607.06450). */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly weight: Parameter | null; // [...normalizedShape]
  readonly bias: Parameter | null; // [...normalizedShape]
  readonly eps: number;

  constructor(normalizedShape: number | Shape, ...given: [options?: LayerNormOptions]) {
    super();
    const { eps = 1e-5, elementwiseAffine = true } = readLayerNorm(given);
    this.normalizedShape =
      typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
    this.bias = elementwiseAffine ? new Parameter(zeros(this.normalizedShape)) : null;
    this.eps = eps;
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    const { eps, weight } = this;
    const shown = keywords({ eps, elementwise_affine: weight !== null });
    return `${python(this.normalizedShape)}, ${shown}`;
  }
}

export interface GroupNormOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /** Whether scale and shift of each channel are trained. @default true */
  affine?: boolean;
}

const readGroupNorm = optionReader<GroupNormOptions>('GroupNorm', { eps: true, affine: true });

/** Normalisation of groups of channels (Wu & He, 2018, https://arxiv.org/abs/1803.08494): `[N, C, …]`. */
export class GroupNorm extends Module {
  readonly weight: Parameter | null; // [C]
  readonly bias: Parameter | null; // [C]
  readonly eps: number;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    ...given: [options?: GroupNormOptions]
  ) {
    super();
    const { eps = 1e-5, affine = true } = readGroupNorm(given);
    requireWhole('GroupNorm', { numGroups, numChannels });
    requireDivisible('GroupNorm', { numChannels }, { numGroups });
    this.weight = affine ? new Parameter(ones([numChannels])) : null;
    this.bias = affine ? new Parameter(zeros([numChannels])) : null;
    this.eps = eps;
  }

  override forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    const { eps, weight } = this;
    return `${this.numGroups}, ${this.numChannels}, ${keywords({ eps, affine: weight !== null })}`;
  }
}
