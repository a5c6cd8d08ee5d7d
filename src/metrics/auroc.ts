import { optionReader, requireOneOf } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { samplesOf } from './calibration.js';

/**
 * Area under the receiver operating characteristic: the probability that a positive sample has a higher score than a negative
 * one, a tie counting half (Hanley and McNeil, 1982). NaN where one of the two kinds is missing.
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>): number {
  const order = Int32Array.from({ length: scores.length }, (_, i) => i).sort(
    (i, j) => (scores[i] as number) - (scores[j] as number),
  );
  let positives = 0;
  let ranks = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) to++;
    for (let i = from; i < to; i++)
      if (positive[order[i] as number]) {
        positives++;
        ranks += (from + to + 1) / 2;
      }
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

export interface AurocOptions {
  /** How classes are averaged: each alike, or by their samples. @default 'macro' */
  average?: 'macro' | 'weighted';
}

const readOptions = optionReader<AurocOptions>('AUROC', { average: true });

/** `rocAuc` of each class against all others by its probability, and the mean of classes that have samples. Keeps all probabilities. */
export class AUROC {
  private readonly average: 'macro' | 'weighted';
  private readonly probabilities: Float64Array[] = [];
  private readonly labels: number[] = [];

  constructor(...given: [options?: AurocOptions]) {
    const { average = 'macro' } = readOptions(given);
    requireOneOf('AUROC', 'average', average, ['macro', 'weighted']);
    this.average = average;
  }

  /** Adds a batch: scores `[N, K]`, before softmax, and labels `[N]`. */
  update(scores: Tensor, labels: Tensor): void {
    for (const { logs, label } of samplesOf('AUROC', scores, labels)) {
      this.probabilities.push(logs.map(Math.exp));
      this.labels.push(label);
    }
  }

  /** The area of each class; NaN where it has no samples, or all. */
  perClass(): number[] {
    const [first = []] = this.probabilities;
    return Array.from(first, (_, k) =>
      rocAuc(
        this.probabilities.map((row) => row[k] as number),
        this.labels.map((label) => label === k),
      ),
    );
  }

  /** The mean area so far; NaN before the first batch. */
  compute(): number {
    let sum = 0;
    let total = 0;
    this.perClass().forEach((area, k) => {
      if (Number.isNaN(area)) return;
      const samples = this.labels.filter((label) => label === k).length;
      const weight = this.average === 'macro' ? 1 : samples;
      sum += weight * area;
      total += weight;
    });
    return sum / total;
  }

  /** Forgets everything. */
  reset(): void {
    this.probabilities.length = 0;
    this.labels.length = 0;
  }
}
