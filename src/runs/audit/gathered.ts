/** What an audit learns from, in memory: the inputs of all pictures, or what a trained network makes of them. */
import { ValueError } from '../../core/errors.js';
import { numel, type Shape } from '../../core/shape.js';
import type { DataLoader } from '../../data/dataloader.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Rows of numbers with their labels. */
export interface Gathered {
  /** `[N, …shape]` */
  readonly data: Float32Array;
  readonly shape: Shape;
  readonly labels: Int32Array;
  /** Which samples of the data set they are; others could not be used. */
  readonly indices: readonly number[];
}

/** The most numbers that are kept. */
const maxNumbers = 2 ** 29;

/** Runs `features` over the samples of a loader that goes in order and skips what cannot be used. */
export async function gather(
  loader: DataLoader,
  shape: Shape,
  features: (images: Tensor) => Tensor,
  onProgress: (done: number, total: number) => void,
): Promise<Gathered> {
  const { length } = loader.dataset;
  const size = numel(shape);
  if (size * length > maxNumbers)
    throw new ValueError(
      'auditLabels',
      `${length} pictures of ${size} numbers each do not fit into memory; take fewer: { limit: ${Math.floor(maxNumbers / size)} }`,
    );
  const data = new Float32Array(size * length);
  const labels: number[] = [];
  for await (const [images, targets] of loader) {
    data.set(await features(images).dataAsync(), size * labels.length);
    for (const label of targets.data) labels.push(Number(label));
    onProgress(labels.length, length);
  }
  const skipped = new Set(loader.skipped.map(({ index }) => index));
  const indices = Array.from({ length }, (_, i) => i).filter((i) => !skipped.has(i));
  return {
    data: data.subarray(0, size * labels.length),
    shape,
    labels: Int32Array.from(labels),
    indices,
  };
}

/** Rows less the mean of all and by their deviation, number by number: what a linear layer learns from fastest. */
export function standardized({ data, shape, ...rest }: Gathered): Gathered {
  const size = numel(shape);
  const rows = data.length / size;
  const out = new Float32Array(data.length);
  for (let j = 0; j < size; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = j; i < data.length; i += size) {
      const value = data[i] as number;
      sum += value;
      squares += value * value;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(Math.max(squares / rows - mean * mean, 0)) || 1;
    for (let i = j; i < data.length; i += size) out[i] = ((data[i] as number) - mean) / deviation;
  }
  return { data: out, shape, ...rest };
}
