import { ShapeError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import { ones, zeros } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { Buffer } from './buffer.js';
import { batchNorm } from './functional.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

export interface BatchNormOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /** Share of the batch in the running statistics; null averages over all batches alike. @default 0.1 */
  momentum?: number | null;
  /** Whether scale and shift of each channel are trained. @default true */
  affine?: boolean;
  /** Whether evaluation uses statistics gathered in training; else always the batch's own. @default true */
  trackRunningStats?: boolean;
}

const readOptions = optionReader<BatchNormOptions>('BatchNorm', {
  eps: true,
  momentum: true,
  affine: true,
  trackRunningStats: true,
});

/**
 * Batch normalisation (Ioffe & Szegedy, 2015, https://arxiv.org/abs/1502.03167), by channel:
 * y = (x − mean) / √(var + eps) · weight + bias.
 */
abstract class BatchNorm extends Module {
  readonly weight: Parameter | null; // [C]
  readonly bias: Parameter | null; // [C]
  readonly runningMean: Buffer | null; // [C]
  readonly runningVar: Buffer | null; // [C]
  readonly numBatchesTracked: Buffer | null; // []
  readonly eps: number;
  readonly momentum: number | null;

  constructor(
    readonly numFeatures: number,
    ...given: [options?: BatchNormOptions]
  ) {
    super();
    const { name } = this.constructor;
    const {
      eps = 1e-5,
      momentum = 0.1,
      affine = true,
      trackRunningStats = true,
    } = readOptions(given, name);
    requireWhole(name, { numFeatures });
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    this.runningMean = trackRunningStats ? new Buffer(zeros([numFeatures])) : null;
    this.runningVar = trackRunningStats ? new Buffer(ones([numFeatures])) : null;
    this.numBatchesTracked = trackRunningStats
      ? new Buffer(zeros([], { dtype: 'int32' }), { optional: true }) // files older than PyTorch 0.4.1 lack it
      : null;
    this.eps = eps;
    this.momentum = momentum;
  }

  /** How many dimensions the input may have. */
  protected abstract readonly ranks: readonly number[];

  override forward(x: Tensor): Tensor {
    if (!this.ranks.includes(x.ndim))
      throw new ShapeError(
        this.constructor.name,
        `input ${formatShape(x.shape)} has ${x.ndim} dimensions, ${this.ranks.join(' or ')} are required`,
      );
    const { runningMean, runningVar, weight, bias, eps } = this;
    const training = this.training || runningMean === null;
    const momentum = training ? this.countBatch() : 0;
    return batchNorm(x, runningMean, runningVar, { weight, bias, training, momentum, eps });
  }

  /** Counts one more batch; returns its share in the running statistics. */
  private countBatch(): number | Tensor {
    const { numBatchesTracked, momentum } = this;
    if (numBatchesTracked === null) return 0;
    return noGrad(() => {
      numBatchesTracked.add_(1);
      return momentum ?? numBatchesTracked.to('float32').pow(-1);
    });
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, weight, runningMean } = this;
    const affine = weight !== null;
    const shown = keywords({ eps, momentum, affine, track_running_stats: runningMean !== null });
    return `${numFeatures}, ${shown}`;
  }
}

/** Batch normalisation of `[N, C]` or `[N, C, L]`. */
export class BatchNorm1d extends BatchNorm {
  protected override readonly ranks = [2, 3];
}

/** Batch normalisation of `[N, C, H, W]`. */
export class BatchNorm2d extends BatchNorm {
  protected override readonly ranks = [4];
}
