import { ShapeError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { pair, type Size2d } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { fromArray } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';
import { AttributionMethod } from './attribution-method.js';
import { baselineOf } from './integrated-gradients.js';
import { sizeOf } from './layer-maps.js';
import { requireBatchSize } from './require-numbers.js';
import { type ChooseTargets, targetScores } from './targets.js';

export interface OcclusionOptions {
  /** Height and width of the patch that covers a part of the picture. @default an eighth of each side */
  windowSize?: number | Size2d;
  /** How far the patch moves. @default half of the patch */
  stride?: number | Size2d;
  /** What the patch shows: one number, or a picture `[C, H, W]`. @default 0 */
  baseline?: number | Tensor;
  /** How many covered pictures the model sees at a time. @default 32 */
  batchSize?: number;
}

const readOptions = optionReader<OcclusionOptions>('Occlusion', {
  windowSize: true,
  stride: true,
  baseline: true,
  batchSize: true,
});

/**
 * How much the score falls when a patch covers the picture there (Zeiler and Fergus, 2013,
 * https://arxiv.org/abs/1311.2901): the mean over all patches that cover a pixel. The last patch of a row or column is cut at
 * the border.
 */
export class Occlusion extends AttributionMethod {
  private readonly options: OcclusionOptions;

  constructor(model: Module, ...given: [options?: OcclusionOptions]) {
    super(model);
    this.options = readOptions(given);
    requireBatchSize('Occlusion', this.options.batchSize ?? 1);
  }

  protected override explain(images: Tensor, choose: ChooseTargets): Attribution {
    return noGrad(() => {
      const scores = this.model(images);
      const targets = choose(scores);
      const before = targetScores(scores, targets).data;
      const [height, width] = sizeOf(images);
      const patches = this.patches([height, width]);
      const values = new Float32Array(targets.length * height * width);
      targets.forEach((target, n) => {
        const image = images.narrow(0, n, 1);
        const falls = this.scoresCovered(image, patches, target).map((s) => (before[n] ?? 0) - s);
        values.set(meanOver(patches, falls, [height, width]), n * height * width);
      });
      const all = fromArray(values, [targets.length, 1, height, width]);
      return { heatmap: all.squeeze(1).relu(), values: all, targets };
    });
  }

  private patches([height, width]: Size2d): Patch[] {
    const { windowSize = [eighth(height), eighth(width)] as const } = this.options;
    const [h, w] = pair('Occlusion', 'windowSize', windowSize);
    const { stride = [half(h), half(w)] as const } = this.options;
    const [down, across] = pair('Occlusion', 'stride', stride);
    if (h > height || w > width || down > h || across > w)
      throw new ShapeError(
        'Occlusion',
        `windowSize ${h}×${w} must be at most the picture ${height}×${width} and at least the stride ${down}×${across}`,
      );
    return starts(height, h, down).flatMap((top) =>
      starts(width, w, across).map((left) => ({
        top,
        left,
        bottom: Math.min(top + h, height),
        right: Math.min(left + w, width),
      })),
    );
  }

  /** The target's score of one picture under each patch. */
  private scoresCovered(image: Tensor, patches: readonly Patch[], target: number): number[] {
    const { baseline = 0, batchSize = 32 } = this.options;
    const cover = baselineOf('Occlusion', baseline, image);
    const scores: number[] = [];
    for (let from = 0; from < patches.length; from += batchSize) {
      const seen = visible(patches.slice(from, from + batchSize), sizeOf(image));
      const covered = image.mul(seen).add(cover.mul(seen.neg().add(1)));
      const count = seen.size(0);
      scores.push(...targetScores(this.model(covered), Array(count).fill(target)).data);
    }
    return scores;
  }
}

interface Patch {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

const eighth = (side: number) => Math.max(1, Math.round(side / 8));
const half = (side: number) => Math.max(1, Math.floor(side / 2));

/** Where patches begin so that all of `side` is covered. */
function starts(side: number, window: number, stride: number): number[] {
  const count = 1 + Math.ceil((side - window) / stride);
  return Array.from({ length: count }, (_, i) => i * stride);
}

/** 0 under each patch, 1 elsewhere: `[patches, 1, H, W]`. */
function visible(patches: readonly Patch[], [height, width]: Size2d): Tensor {
  const data = new Float32Array(patches.length * height * width).fill(1);
  patches.forEach(({ top, left, bottom, right }, i) => {
    for (let y = top; y < bottom; y++) {
      const row = (i * height + y) * width;
      data.fill(0, row + left, row + right);
    }
  });
  return fromArray(data, [patches.length, 1, height, width]);
}

/** The mean, at each pixel, of the values of the patches that cover it: `[H, W]`. */
function meanOver(
  patches: readonly Patch[],
  values: readonly number[],
  [height, width]: Size2d,
): Float64Array {
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  patches.forEach(({ top, left, bottom, right }, i) => {
    for (let y = top; y < bottom; y++)
      for (let at = y * width + left; at < y * width + right; at++) {
        sums[at] = (sums[at] as number) + (values[i] as number);
        counts[at] = (counts[at] as number) + 1;
      }
  });
  return sums.map((sum, at) => sum / Math.max(1, counts[at] as number));
}
