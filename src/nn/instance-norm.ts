import { optionReader, requireWhole } from '../core/options.js';
import { dims4 } from '../core/shape.js';
import { ones, zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { groupNorm } from './functional.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

export interface InstanceNormOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /** Whether scale and shift of each channel are trained. @default false */
  affine?: boolean;
}

const readOptions = optionReader<InstanceNormOptions>(
  'InstanceNorm2d',
  { eps: true, affine: true },
  { trackRunningStats: 'statistics are always those of the picture itself' },
);

/** Normalisation of each channel of each picture (https://arxiv.org/abs/1607.08022): `[N, C, H, W]`. */
export class InstanceNorm2d extends Module {
  readonly weight: Parameter | null; // [C]
  readonly bias: Parameter | null; // [C]
  readonly eps: number;

  constructor(
    readonly numFeatures: number,
    ...given: [options?: InstanceNormOptions]
  ) {
    super();
    const { eps = 1e-5, affine = false } = readOptions(given);
    requireWhole('InstanceNorm2d', { numFeatures });
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    this.eps = eps;
  }

  override forward(x: Tensor): Tensor {
    dims4('InstanceNorm2d', 'input', x.shape);
    return groupNorm(x, this.numFeatures, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    const { numFeatures, eps, weight } = this;
    const affine = weight !== null;
    return `${numFeatures}, ${keywords({ eps, momentum: 0.1, affine, track_running_stats: false })}`;
  }
}
