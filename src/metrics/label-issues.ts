import { ValueError } from '../core/errors.js';
import { requireLabels } from '../core/labels.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireScores } from './accuracy.js';

/** A sample whose label is probably wrong. */
export interface LabelIssue {
  readonly index: number;
  /** The class that it has. */
  readonly label: number;
  /** The class that it is probably of. */
  readonly suggested: number;
  /** The probability of its label, 0–1. */
  readonly probability: number;
  /** That of the suggested class, 0–1. */
  readonly suggestedProbability: number;
}

export interface LabelIssues {
  /** The surest first: those whose suggested class is most ahead of their label. */
  readonly issues: readonly LabelIssue[];
  /** For each class the mean probability that its samples are given of being it; NaN for a class without samples. */
  readonly thresholds: readonly number[];
}

/**
 * Samples that are probably labelled wrongly, by confident learning (Northcutt, Jiang & Chuang, 2021,
 * https://arxiv.org/abs/1911.00068). A sample counts as of a class where that is at least as probable as it is on average for samples
 * with its label, of several such classes as of the most probable; an issue is one that counts as of another class than its
 * label.
 *
 * @param probabilities `[N, K]` by models that have not seen the sample: out of fold, each row by one that learned from the other folds
 * @param labels `[N]`
 */
export function labelIssues(probabilities: Tensor, labels: Tensor): LabelIssues {
  const [count, classes] = requireScores('labelIssues', probabilities, labels);
  requireLabels('labelIssues', labels.data, classes, Number.NaN);
  const { data } = probabilities;
  for (let i = 0; i < data.length; i++)
    if (!(Number(data[i]) >= 0 && Number(data[i]) <= 1))
      throw new ValueError(
        'labelIssues',
        `a probability is ${data[i]}, from 0 to 1 is required; pass scores through softmax(1) first`,
      );
  const of = (n: number, k: number) => Number(data[n * classes + k]);
  const labelOf = (n: number) => Number(labels.data[n]);
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let n = 0; n < count; n++) {
    const label = labelOf(n);
    sums[label] = (sums[label] ?? 0) + of(n, label);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const thresholds = Array.from(sums, (sum, k) => sum / (counts[k] ?? 0));
  const issues: LabelIssue[] = [];
  for (let n = 0; n < count; n++) {
    const label = labelOf(n);
    const isConfident = (k: number) => of(n, k) >= (thresholds[k] ?? 0) - rounding; // false for NaN
    let suggested = isConfident(label) ? label : -1;
    for (let k = 0; k < classes; k++)
      if (isConfident(k) && (suggested < 0 || of(n, k) > of(n, suggested))) suggested = k;
    if (suggested < 0 || suggested === label) continue;
    const [probability, suggestedProbability] = [of(n, label), of(n, suggested)];
    issues.push({ index: n, label, suggested, probability, suggestedProbability });
  }
  issues.sort((a, b) => lead(b) - lead(a) || a.index - b.index);
  return { issues, thresholds };
}

/** Of a mean of equal float32 numbers, which may lie above them. */
const rounding = 1e-6;

function lead({ probability, suggestedProbability }: LabelIssue): number {
  return suggestedProbability - probability;
}
