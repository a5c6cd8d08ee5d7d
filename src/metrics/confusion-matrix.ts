import { ValueError } from '../core/errors.js';
import { requireLabels } from '../core/labels.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireScores } from './accuracy.js';

/** What a class was taken for: row = true class, column = predicted class. */
export class ConfusionMatrix {
  private readonly counts: Int32Array;

  constructor(readonly numClasses: number) {
    if (!Number.isInteger(numClasses) || numClasses < 1)
      throw new ValueError(
        'ConfusionMatrix',
        `numClasses=${numClasses} must be a whole number ≥ 1`,
      );
    this.counts = new Int32Array(numClasses * numClasses);
  }

  /** Adds a batch: scores `[N, K]` and labels `[N]`. The prediction is the first class of the best score. */
  update(scores: Tensor, labels: Tensor): void {
    const [samples, classes] = requireScores('ConfusionMatrix', scores, labels);
    if (classes !== this.numClasses)
      throw new ValueError(
        'ConfusionMatrix',
        `scores have ${classes} classes, the matrix ${this.numClasses}`,
      );
    requireLabels('ConfusionMatrix', labels.data, classes, Number.NaN);
    const predicted = scores.argmax(1).data;
    for (let n = 0; n < samples; n++) {
      const at = (labels.data[n] ?? 0) * classes + (predicted[n] ?? 0);
      this.counts[at] = (this.counts[at] ?? 0) + 1;
    }
  }

  /** The counts, `[true class][predicted class]`. */
  compute(): number[][] {
    const { numClasses, counts } = this;
    return Array.from({ length: numClasses }, (_, k) => [
      ...counts.subarray(k * numClasses, (k + 1) * numClasses),
    ]);
  }

  /** Share of all samples that were predicted right. */
  accuracy(): number {
    const right = this.sum((row, column) => row === column);
    return right / this.sum(() => true);
  }

  /** Share of the predictions `k` that were right; NaN where there are none. */
  precision(k: number): number {
    return this.right(k) / this.sum((_, column) => column === k);
  }

  /** Share of the samples of class `k` that were found; NaN where there are none. */
  recall(k: number): number {
    return this.right(k) / this.sum((row) => row === k);
  }

  /** Harmonic mean of precision and recall of class `k`. */
  f1(k: number): number {
    const given = this.sum((row) => row === k);
    return (2 * this.right(k)) / (given + this.sum((_, column) => column === k));
  }

  /** Forgets everything. */
  reset(): void {
    this.counts.fill(0);
  }

  private right(k: number): number {
    return this.sum((row, column) => row === k && column === k);
  }

  private sum(counts: (row: number, column: number) => boolean): number {
    let total = 0;
    this.counts.forEach((count, i) => {
      if (counts(Math.floor(i / this.numClasses), i % this.numClasses)) total += count;
    });
    return total;
  }
}
