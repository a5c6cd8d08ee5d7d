import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { ImageSize } from '../image.js';
import type { Box } from '../pixels/gather.js';
import { requireInteger, requireNumber } from './arguments.js';
import { type Batch, batchShape, drawBeta, mixLabels } from './batch.js';
import { limits } from './limits.js';
import type { MixOptions } from './mix-up.js';
import { float, literal, printCall } from './print.js';
import { TransformBase, type TransformJson } from './transform.js';

const readCutMix = optionReader<MixOptions>('CutMix', { alpha: true, numClasses: true });

/**
 * Replaces a random rectangle of each picture of a batch with the same rectangle of its predecessor; labels are mixed by
 * area (Yun et al., 2019, https://arxiv.org/abs/1905.04899).
 */
export class CutMix extends TransformBase<Batch, Batch> {
  private readonly alpha: number;
  private readonly numClasses: number;

  constructor(...given: [options: MixOptions]) {
    super();
    const { alpha = 1, numClasses } = readCutMix(given);
    requireNumber('CutMix', 'alpha', alpha, limits.alpha);
    requireInteger('CutMix', 'numClasses', numClasses, limits.classes);
    this.alpha = alpha;
    this.numClasses = numClasses;
  }

  /** A random rectangle, cut at the border: sides √(1 − λ) of the picture's about a random point, λ from Beta(α, α). */
  draw({ height, width }: ImageSize, rng: Rng): Box {
    const half = 0.5 * Math.sqrt(1 - drawBeta(this.alpha, rng));
    const x = rng.int(width);
    const y = rng.int(height);
    const halfWidth = Math.trunc(half * width);
    const halfHeight = Math.trunc(half * height);
    const left = Math.max(0, x - halfWidth);
    const top = Math.max(0, y - halfHeight);
    return {
      top,
      left,
      height: Math.min(height, y + halfHeight) - top,
      width: Math.min(width, x + halfWidth) - left,
    };
  }

  protected run(batch: Batch, rng: Rng): Batch {
    const [n, channels, height, width] = batchShape('CutMix', batch);
    const box = this.draw({ height, width }, rng);
    const { data } = batch.images;
    const mixed = Float32Array.from(data);
    const planes = n * channels;
    for (let plane = 0; plane < planes; plane++) {
      const other = (plane + planes - channels) % planes;
      for (let y = box.top; y < box.top + box.height; y++) {
        const start = y * width + box.left;
        const from = other * height * width + start;
        mixed.set(data.subarray(from, from + box.width), plane * height * width + start);
      }
    }
    const keep = 1 - (box.height * box.width) / (height * width);
    return {
      images: { ...batch.images, data: mixed },
      labels: mixLabels('CutMix', batch.labels, this.numClasses, keep),
    };
  }

  toJSON(): TransformJson {
    return { name: 'CutMix', alpha: this.alpha, numClasses: this.numClasses };
  }

  override toString(): string {
    return printCall('CutMix', {
      alpha: float(this.alpha),
      num_classes: literal(this.numClasses),
    });
  }
}
