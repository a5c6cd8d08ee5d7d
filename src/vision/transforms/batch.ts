/** What MixUp and CutMix share: batches with soft labels, and the Beta distribution they draw from. */
import { ShapeError, ValueError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { formatShape } from '../../core/shape.js';
import type { NdArray } from '../../graph/op.js';

/** Pictures `[N, C, H, W]` float32 with labels: classes `[N]` int32, or shares `[N, K]` float32. */
export interface Batch {
  readonly images: NdArray;
  readonly labels: NdArray;
}

/** The four sizes of a batch of pictures. */
export type BatchShape = readonly [n: number, channels: number, height: number, width: number];

/** Checks the shape of a batch of pictures. */
export function batchShape(subject: string, { images, labels }: Batch): BatchShape {
  const [n, channels, height, width] = images.shape;
  const known = channels !== undefined && height !== undefined && width !== undefined;
  if (images.shape.length !== 4 || n === undefined || !known || images.dtype !== 'float32')
    throw new ShapeError(
      subject,
      `images ${formatShape(images.shape)} ${images.dtype}, [N, C, H, W] float32 are required; apply it to batches, after collating`,
    );
  if (labels.shape[0] !== n)
    throw new ShapeError(
      subject,
      `labels ${formatShape(labels.shape)} do not fit ${n} images: [N] or [N, K] are required`,
    );
  return [n, channels, height, width];
}

/**
 * Labels of the batch mixed with those of its predecessor in the batch (the last for the first):
 * keep · label(i) + (1 − keep) · label(i − 1), as shares `[N, K]`.
 */
export function mixLabels(
  subject: string,
  labels: NdArray,
  numClasses: number,
  keep: number,
): NdArray {
  const shares = oneHot(subject, labels, numClasses);
  const n = shares.length / numClasses;
  const data = Float32Array.from(shares, (own, at) => {
    const row = Math.floor(at / numClasses);
    const other = shares[((row + n - 1) % n) * numClasses + (at % numClasses)] as number;
    return keep * own + (1 - keep) * other;
  });
  return { shape: [n, numClasses], dtype: 'float32', data };
}

function oneHot(subject: string, labels: NdArray, numClasses: number): Float32Array {
  const n = labels.shape[0] ?? 0;
  if (labels.shape.length === 2) {
    if (labels.shape[1] !== numClasses)
      throw new ShapeError(
        subject,
        `labels ${formatShape(labels.shape)} have ${labels.shape[1]} classes, numClasses is ${numClasses}`,
      );
    return Float32Array.from(labels.data);
  }
  const shares = new Float32Array(n * numClasses);
  labels.data.forEach((label, i) => {
    if (!(label >= 0 && label < numClasses))
      throw new ValueError(
        subject,
        `label ${label} of sample ${i} is out of range; numClasses=${numClasses} allows 0 to ${numClasses - 1}`,
      );
    shares[i * numClasses + label] = 1;
  });
  return shares;
}

/** A number from Beta(alpha, alpha). */
export function drawBeta(alpha: number, rng: Rng): number {
  if (alpha === 1) return rng.uniform();
  const a = drawLogGamma(alpha, rng);
  const b = drawLogGamma(alpha, rng);
  // Logarithms, because both gammas may round to 0 for small alpha.
  return 1 / (1 + Math.exp(b - a));
}

/** The logarithm of a number from Gamma(shape, 1) (Marsaglia & Tsang, 2000, https://doi.org/10.1145/358407.358414). */
function drawLogGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawLogGamma(shape + 1, rng) + Math.log(1 - rng.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v)))
      return Math.log(d * v);
  }
}
