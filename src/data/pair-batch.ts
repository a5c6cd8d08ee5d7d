/** Batches of pictures and labels, which transforms of whole batches take. */

import { ValueError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import type { NdArray } from '../graph/op.js';
import { Tensor } from '../tensor/tensor.js';
import { isNdArray } from './nd-array.js';

/** A batch before it becomes tensors: pictures `[N, C, H, W]` and labels `[N]`, or shares `[N, K]`. */
export interface PairBatch {
  readonly images: NdArray;
  readonly labels: NdArray;
}

export interface BatchTransform {
  apply(batch: PairBatch, rng: Rng): PairBatch;
}

export function pairOf(content: unknown): PairBatch {
  const [images, labels] = Array.isArray(content) && content.length === 2 ? content : [];
  if (isNdArray(images) && isNdArray(labels)) return { images, labels };
  throw noPair('batchTransform');
}

export function pairOfTensors(content: unknown): readonly [images: Tensor, labels: Tensor] {
  const [images, labels] = Array.isArray(content) && content.length === 2 ? content : [];
  if (images instanceof Tensor && labels instanceof Tensor) return [images, labels];
  throw noPair('tensorTransform');
}

const noPair = (option: string) =>
  new ValueError(
    'DataLoader',
    `${option} takes batches of pictures and labels; samples must be [picture, label]`,
  );
