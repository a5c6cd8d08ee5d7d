import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import { requireInteger, requireNumber } from './arguments.js';
import { type Batch, batchShape, drawBeta, mixLabels } from './batch.js';
import { limits } from './limits.js';
import { float, literal, printCall } from './print.js';
import { TransformBase, type TransformJson } from './transform.js';

export interface MixOptions {
  /** Both parameters of the Beta distribution that the share is drawn from. @default 1 */
  readonly alpha?: number;
  /** Number of classes: the width of the soft labels. */
  readonly numClasses: number;
}

const readMixUp = optionReader<MixOptions>('MixUp', { alpha: true, numClasses: true });

/**
 * Blends each picture of a batch with its predecessor, and their labels alike (Zhang et al., 2017,
 * https://arxiv.org/abs/1710.09412): λ · x(i) + (1 − λ) · x(i − 1), λ from Beta(α, α), one for the batch.
 */
export class MixUp extends TransformBase<Batch, Batch> {
  private readonly alpha: number;
  private readonly numClasses: number;

  constructor(...given: [options: MixOptions]) {
    super();
    const { alpha = 1, numClasses } = readMixUp(given);
    requireNumber('MixUp', 'alpha', alpha, limits.alpha);
    requireInteger('MixUp', 'numClasses', numClasses, limits.classes);
    this.alpha = alpha;
    this.numClasses = numClasses;
  }

  /** A random λ. */
  draw(rng: Rng): number {
    return drawBeta(this.alpha, rng);
  }

  protected run(batch: Batch, rng: Rng): Batch {
    const [n, channels, height, width] = batchShape('MixUp', batch);
    const keep = this.draw(rng);
    const size = channels * height * width;
    const { data } = batch.images;
    const mixed = new Float32Array(data.length);
    for (let i = 0; i < n; i++) {
      const own = i * size;
      const other = ((i + n - 1) % n) * size;
      for (let k = 0; k < size; k++)
        mixed[own + k] =
          keep * (data[own + k] as number) + (1 - keep) * (data[other + k] as number);
    }
    return {
      images: { ...batch.images, data: mixed },
      labels: mixLabels('MixUp', batch.labels, this.numClasses, keep),
    };
  }

  toJSON(): TransformJson {
    return { name: 'MixUp', alpha: this.alpha, numClasses: this.numClasses };
  }

  override toString(): string {
    return printCall('MixUp', {
      alpha: float(this.alpha),
      num_classes: literal(this.numClasses),
    });
  }
}
