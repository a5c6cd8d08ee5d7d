import { ShapeError } from '../core/errors.js';
import { requireLabels } from '../core/labels.js';
import { optionReader, requireWhole } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';

export interface AccuracyOptions {
  /** A sample counts as right when its label is among this many best classes. @default 1 */
  topK?: number;
}

const readOptions = optionReader<AccuracyOptions>('Accuracy', { topK: true });

/** The share, 0–1, of samples whose label is (among) the best. Of equal scores the first class is the better. */
export class Accuracy {
  private readonly topK: number;
  private correct = 0;
  private count = 0;

  constructor(...given: [options?: AccuracyOptions]) {
    const { topK = 1 } = readOptions(given);
    requireWhole('Accuracy', { topK });
    this.topK = topK;
  }

  /** Adds a batch: scores `[N, K]` and labels `[N]`. */
  update(scores: Tensor, labels: Tensor): void {
    const [samples, classes] = requireScores('Accuracy', scores, labels);
    requireLabels('Accuracy', labels.data, classes, Number.NaN);
    for (let n = 0; n < samples; n++)
      if (
        rank(scores.data.subarray(n * classes, (n + 1) * classes), labels.data[n] ?? 0) < this.topK
      )
        this.correct++;
    this.count += samples;
  }

  /** The share so far; NaN before the first batch. */
  compute(): number {
    return this.correct / this.count;
  }

  /** Forgets everything. */
  reset(): void {
    this.correct = 0;
    this.count = 0;
  }
}

/** How many classes are better than `label`; a NaN score is never better, and its own class is the last. */
function rank(scores: ArrayLike<number>, label: number): number {
  const own = scores[label] ?? Number.NaN;
  let better = 0;
  for (let k = 0; k < scores.length; k++) {
    const score = scores[k] as number;
    if (score > own || (score === own && k < label) || (Number.isNaN(own) && k !== label)) better++;
  }
  return better;
}

/** Checks scores `[N, K]` against labels `[N]`; returns N and K. */
export function requireScores(
  subject: string,
  scores: Tensor,
  labels: Tensor,
): readonly [samples: number, classes: number] {
  const [samples, classes] = scores.shape;
  if (scores.ndim !== 2 || samples === undefined || classes === undefined)
    throw new ShapeError(subject, `scores ${formatShape(scores.shape)} must be [N, K]`);
  if (labels.ndim !== 1 || labels.shape[0] !== samples)
    throw new ShapeError(
      subject,
      `labels ${formatShape(labels.shape)} must be [${samples}], one for each row of scores ${formatShape(scores.shape)}`,
    );
  return [samples, classes];
}
