/** Features of pictures, computed once: where a model's backbone is frozen, they are the same in each epoch. */
import { compile } from '../compile/compile.js';
import { ValueError } from '../core/errors.js';
import { Rng } from '../core/rng.js';
import { numel, type Shape } from '../core/shape.js';
import type { DataLoader } from '../data/dataloader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import type { NdArray } from '../graph/op.js';
import type { Tensor } from '../tensor/tensor.js';
import type { FrozenPart } from './frozen-part.js';

/** The most that features may take: what is larger is computed anew in each epoch. */
const maxBytes = 2 ** 31;

/** Whether the features of so many pictures can be kept. */
export function fitsCache({ featureShape }: FrozenPart, pictures: number): boolean {
  return 4 * numel(featureShape) * pictures <= maxBytes;
}

/**
 * Features with their labels, as a data set. A picture that was augmented in several ways has as many views, of which each
 * epoch shows one at random.
 */
export class FeatureDataset implements Dataset {
  readonly length: number;
  readonly targets: Int32Array;

  constructor(
    private readonly featureShape: Shape,
    /** Each `[N, …featureShape]`. */
    private readonly views: readonly Float32Array[],
    targets: Int32Array,
    readonly classes: readonly string[],
  ) {
    this.length = targets.length;
    this.targets = targets;
  }

  get(index: number, rng = new Rng(0)): Sample {
    const [x] = this.getBatch([index], () => rng);
    return [{ ...x, shape: this.featureShape }, this.targets[index] ?? 0];
  }

  readonly getBatch = (
    indices: readonly number[],
    rngOf: (position: number) => Rng,
  ): readonly [NdArray, NdArray] => {
    const size = numel(this.featureShape);
    const data = new Float32Array(indices.length * size);
    indices.forEach((index, k) => {
      const view = this.views.length === 1 ? 0 : rngOf(k).int(this.views.length);
      const from = this.views[view]?.subarray(index * size, (index + 1) * size);
      if (from !== undefined) data.set(from, k * size);
    });
    const labels = Int32Array.from(indices, (index) => this.targets[index] ?? 0);
    return [
      { shape: [indices.length, ...this.featureShape], dtype: 'float32', data },
      { shape: [indices.length], dtype: 'int32', data: labels },
    ];
  };
}

/**
 * Runs the frozen part once over each loader, one for each view, in the same order of pictures.
 *
 * @param onBatch Called after each batch; where it gives false, the rest is left and the result is null.
 */
export async function computeFeatures(
  part: FrozenPart,
  loaders: readonly DataLoader[],
  onBatch: () => boolean | Promise<boolean> = () => true,
): Promise<FeatureDataset | null> {
  const { featureShape } = part;
  const classes = loaders[0]?.dataset.classes ?? [];
  return await part.withFeatures(async (features) => {
    const run = compile((images: Tensor) => features(images));
    const views: Float32Array[] = [];
    let labels: number[] = [];
    for (const loader of loaders) {
      const rows: Float32Array[] = [];
      labels = [];
      for await (const [images, targets] of loader) {
        rows.push(Float32Array.from(await run(images).dataAsync()));
        labels.push(...targets.data);
        if (!(await onBatch())) return null;
      }
      views.push(joined(rows));
    }
    const size = numel(featureShape);
    if (views.some((view) => view.length !== labels.length * size))
      throw new ValueError('computeFeatures', 'the views of a data set have different lengths');
    return new FeatureDataset(featureShape, views, Int32Array.from(labels), classes);
  });
}

/** Whether two readings of a data set's samples are the same: none of those that are looked at asks for a random number. */
export async function isDeterministic(dataset: Dataset): Promise<boolean> {
  if (dataset.length === 0) return true;
  const rng = new WatchedRng();
  if (dataset.getBatch !== undefined) await dataset.getBatch([0], () => rng);
  else await dataset.get(0, rng);
  return !rng.asked;
}

/** Numbers, and whether anybody wanted one. */
class WatchedRng extends Rng {
  asked = false;

  constructor() {
    super(0);
  }

  override bits(): number {
    this.asked = true;
    return super.bits();
  }
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
