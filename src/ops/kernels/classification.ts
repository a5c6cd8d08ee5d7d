/** What the losses over class scores `[N, K, …]` have in common: places, labels and class weights. */
import { DTypeError, ShapeError } from '../../core/errors.js';
import { formatShape, numel, type Shape } from '../../core/shape.js';
import type { NdArray, TensorType } from '../../graph/op.js';
import { requireExact, requireOneFloat } from '../require.js';

/** `[N, K, …]` as N × K × inner: score k of place (n, i) lies at (n·K + k)·inner + i. */
export interface Scores {
  readonly classes: number;
  readonly inner: number;
  readonly places: number;
}

export function scoresOf([n = 0, classes = 0, ...rest]: Shape): Scores {
  const inner = numel(rest);
  return { classes, inner, places: n * inner };
}

/** Where the score of class 0 at a place lies; the next class is `inner` further. */
export function placeStart({ classes, inner }: Scores, place: number): number {
  return Math.floor(place / inner) * classes * inner + (place % inner);
}

/** `[N, K, …]` → `[N, …]`, the shape of labels and single losses. */
export function labelShape([n = 0, , ...rest]: Shape): Shape {
  return [n, ...rest];
}

/** Checks scores, class weights and, unless they are probabilities, labels. */
export function requireClassification(
  subject: string,
  name: string,
  scores: TensorType,
  target: TensorType,
  weight: TensorType | undefined,
): void {
  const [, classes] = scores.shape;
  if (classes === undefined)
    throw new ShapeError(
      subject,
      `${name} ${formatShape(scores.shape)} has ${scores.shape.length} dimensions, at least 2 are required: [N, K, …]`,
    );
  requireOneFloat(subject, { [name]: scores, weight });
  const given = `${name} ${formatShape(scores.shape)}`;
  requireExact(subject, 'weight', weight, [classes], `one for each class of ${given}`);
  if (target.dtype !== 'int32')
    throw new DTypeError(
      subject,
      `target is ${target.dtype}, labels must be int32; convert them with .to('int32')`,
    );
  requireExact(
    subject,
    'target',
    target,
    labelShape(scores.shape),
    `one label for each place of ${given}`,
  );
}

/** The sum of the weights of all labels that are not ignored: what a mean divides by. */
export function totalWeight(
  labels: NdArray,
  weight: NdArray | undefined,
  ignoreIndex: number,
): number {
  let total = 0;
  for (const label of labels.data)
    if (label !== ignoreIndex) total += weight === undefined ? 1 : (weight.data[label] as number);
  return total;
}
