import { ShapeError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { pair, type Size2d } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { cat, stack } from '../ops/functions.js';
import { fromArray, zeros } from '../tensor/creation.js';
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
      const before = targetScores(scores, targets).unsqueeze(1).double(); // [N, 1]
      const grid = this.gridOver(sizeOf(images));
      const patches = grid.rows.flatMap((row) => grid.columns.map((column) => ({ row, column })));
      const covered = Array.from({ length: images.size(0) }, (_, n) =>
        this.scoresCovered(images.narrow(0, n, 1), patches, targets.narrow(0, n, 1)),
      );
      const falls = before.sub(stack(covered).double()); // [N, patches]
      const values = meanOver(grid, falls, sizeOf(images)).unsqueeze(1);
      return { heatmap: values.squeeze(1).relu(), values, targets };
    });
  }

  private gridOver([height, width]: Size2d): Grid {
    const { windowSize = [eighth(height), eighth(width)] as const } = this.options;
    const [h, w] = pair('Occlusion', 'windowSize', windowSize);
    const { stride = [half(h), half(w)] as const } = this.options;
    const [down, across] = pair('Occlusion', 'stride', stride);
    if (h > height || w > width || down > h || across > w)
      throw new ShapeError(
        'Occlusion',
        `windowSize ${h}×${w} must be at most the picture ${height}×${width} and at least the stride ${down}×${across}`,
      );
    return { rows: spans(height, h, down), columns: spans(width, w, across) };
  }

  /** The target's score of one picture `[1, C, H, W]` under each patch: `[patches]`. */
  private scoresCovered(image: Tensor, patches: readonly Patch[], target: Tensor): Tensor {
    const { baseline = 0, batchSize = 32 } = this.options;
    const cover = baselineOf('Occlusion', baseline, image);
    const scores: Tensor[] = [];
    for (let from = 0; from < patches.length; from += batchSize) {
      const seen = visible(patches.slice(from, from + batchSize), sizeOf(image));
      const covered = image.mul(seen).add(cover.mul(seen.neg().add(1)));
      scores.push(targetScores(this.model(covered), target));
    }
    return cat(scores);
  }
}

/** Pixels of a side, from the first to before the last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Patches, one where each of the rows meets each of the columns. */
interface Grid {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
}

interface Patch {
  readonly row: Span;
  readonly column: Span;
}

const eighth = (side: number) => Math.max(1, Math.round(side / 8));
const half = (side: number) => Math.max(1, Math.floor(side / 2));

/** Windows that cover all of `side`. */
function spans(side: number, window: number, stride: number): Span[] {
  const count = 1 + Math.ceil((side - window) / stride);
  return Array.from({ length: count }, (_, i) => {
    const from = i * stride;
    return { from, to: Math.min(from + window, side) };
  });
}

/** 0 under each patch, 1 elsewhere: `[patches, 1, H, W]`. */
function visible(patches: readonly Patch[], [height, width]: Size2d): Tensor {
  const data = new Float32Array(patches.length * height * width).fill(1);
  patches.forEach(({ row, column }, i) => {
    for (let y = row.from; y < row.to; y++) {
      const start = (i * height + y) * width;
      data.fill(0, start + column.from, start + column.to);
    }
  });
  return fromArray(data, [patches.length, 1, height, width]);
}

/**
 * The mean, at each pixel, of the values `[N, rows × columns]`, float64, of the patches that cover it: float32 `[N, H, W]`. Of each
 * pixel the value of the first patch over it is taken, then that of the second …: sums have the order of the patches.
 */
function meanOver({ rows, columns }: Grid, values: Tensor, [height, width]: Size2d): Tensor {
  const n = values.size(0);
  const grid = values.reshape([n, rows.length, columns.length]);
  const wide = cat([grid, zeros([n, rows.length, 1], float64)], 2);
  const all = cat([wide, zeros([n, 1, columns.length + 1], float64)], 1); // 0 where no further patch is
  let sum = zeros([n, height, width], float64);
  for (const row of covering(rows, height)) {
    const band = all.indexSelect(1, row);
    for (const column of covering(columns, width)) sum = sum.add(band.indexSelect(2, column));
  }
  const counts = countsOf(rows, height).unsqueeze(1).mul(countsOf(columns, width));
  return sum.div(counts).float();
}

const float64 = { dtype: 'float64' } as const;

/** For each pixel of a side the number of the first span over it, that of the second …, or how many spans there are: int32 `[side]` each. */
function covering(spans: readonly Span[], side: number): Tensor[] {
  const layers: Int32Array[] = [];
  spans.forEach(({ from, to }, k) => {
    for (let at = from; at < to; at++) {
      const free = layers.find((layer) => layer[at] === spans.length);
      const layer = free ?? new Int32Array(side).fill(spans.length);
      if (free === undefined) layers.push(layer);
      layer[at] = k;
    }
  });
  return layers.map((layer) => fromArray(layer, [side]));
}

/** How many spans cover each pixel of a side: float64 `[side]`. */
function countsOf(spans: readonly Span[], side: number): Tensor {
  const counts = new Float64Array(side);
  for (const { from, to } of spans)
    for (let at = from; at < to; at++) counts[at] = (counts[at] as number) + 1;
  return fromArray(counts, [side], 'float64');
}
