import type { TypedArray } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { requireLabels } from '../core/labels.js';
import { requireWhole } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireScores } from './accuracy.js';

/** What a class was taken for: row = true class, column = predicted class. */
export class ConfusionMatrix {
  private readonly counts: Int32Array;

  constructor(readonly numClasses: number) {
    requireWhole('ConfusionMatrix', { numClasses });
    this.counts = new Int32Array(numClasses * numClasses);
  }

  /** The matrix of counts as `compute()` gives them. */
  static of(counts: readonly (readonly number[])[]): ConfusionMatrix {
    const matrix = new ConfusionMatrix(counts.length);
    counts.forEach((row, k) => {
      if (row.length !== counts.length || !row.every((n) => Number.isInteger(n) && n >= 0))
        throw new ValueError(
          'ConfusionMatrix',
          `row ${k} is [${row}], ${counts.length} whole numbers ≥ 0 are required`,
        );
      matrix.counts.set(row, k * counts.length);
    });
    return matrix;
  }

  /** Adds a batch: scores `[N, K]` and labels `[N]`. The prediction is the first class of the best score. */
  update(scores: Tensor, labels: Tensor): void {
    const [samples, classes] = requireScores('ConfusionMatrix', scores, labels);
    if (classes !== this.numClasses)
      throw new ValueError(
        'ConfusionMatrix',
        `scores have ${classes} classes, the matrix ${this.numClasses}`,
      );
    const [given, taken] = [labels.data, scores.data];
    requireLabels('ConfusionMatrix', given, classes, Number.NaN);
    for (let n = 0; n < samples; n++) {
      const row = taken.subarray(n * classes, (n + 1) * classes);
      const at = (given[n] ?? 0) * classes + best(row);
      this.counts[at] = (this.counts[at] ?? 0) + 1;
    }
  }

  /** The counts, `[true class][predicted class]`. */
  compute(): number[][] {
    return this.overClasses((k) => [...this.row(k)]);
  }

  /** How many samples there are, of class `k` or of all. */
  samples(k?: number): number {
    return sum(k === undefined ? this.counts : this.row(k));
  }

  /** Share of all samples that were predicted right; NaN where there are none. */
  accuracy(): number {
    return sum(this.overClasses((k) => this.at(k, k))) / this.samples();
  }

  /** Mean recall of the classes that have samples: accuracy as it would be if all had as many. NaN where none has. */
  balancedAccuracy(): number {
    const recalls = this.overClasses((k) => this.recall(k)).filter((r) => !Number.isNaN(r));
    return sum(recalls) / recalls.length;
  }

  /** How often the largest class has the samples of the smallest that has any; 1 where all have as many, or none. */
  imbalance(): number {
    const sizes = this.overClasses((k) => this.samples(k)).filter((size) => size > 0);
    return sizes.length === 0 ? 1 : Math.max(...sizes) / Math.min(...sizes);
  }

  /** Share of the predictions `k` that were right; NaN where there are none. */
  precision(k: number): number {
    return this.at(k, k) / this.predicted(k);
  }

  /** Share of the samples of class `k` that were found; NaN where there are none. */
  recall(k: number): number {
    return this.at(k, k) / this.samples(k);
  }

  /** Harmonic mean of precision and recall of class `k`. */
  f1(k: number): number {
    return (2 * this.at(k, k)) / (this.samples(k) + this.predicted(k));
  }

  /** Forgets everything. */
  reset(): void {
    this.counts.fill(0);
  }

  private predicted(k: number): number {
    return sum(this.overClasses((row) => this.at(row, k)));
  }

  private row(k: number): Int32Array {
    return this.counts.subarray(k * this.numClasses, (k + 1) * this.numClasses);
  }

  private at(row: number, column: number): number {
    return this.counts[row * this.numClasses + column] ?? 0;
  }

  private overClasses<T>(value: (k: number) => T): T[] {
    return Array.from({ length: this.numClasses }, (_, k) => value(k));
  }
}

/** Where the largest value first is; NaN is larger than all, as for `argmax`. */
function best(values: TypedArray): number {
  const notANumber = values.findIndex(Number.isNaN);
  if (notANumber >= 0) return notANumber;
  let place = 0;
  for (let k = 1; k < values.length; k++)
    if ((values[k] as number) > (values[place] as number)) place = k;
  return place;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
}
