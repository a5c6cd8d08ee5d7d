import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { averagePrecision } from './average-precision.js';
import type { PrecisionRecall } from './class-report.js';

/** How one class fared; NaN where there is nothing to divide by. */
export interface LabelScores extends PrecisionRecall {
  /** Samples that have the class. */
  readonly samples: number;
  readonly averagePrecision: number;
}

export interface MultilabelReport {
  readonly perClass: readonly LabelScores[];
  /** The mean of the classes that have samples. */
  readonly meanAveragePrecision: number;
  /** The mean F1 of classes that have samples or predictions, each counting alike. */
  readonly macroF1: number;
  /** F1 of all decisions together. */
  readonly microF1: number;
}

/** All samples of one class. */
interface Column {
  readonly scores: number[];
  readonly targets: boolean[];
}

interface Sums {
  readonly positives: number;
  readonly predicted: number;
  readonly hits: number;
}

/**
 * How well each class is found where a picture may have several, or none: average precision of the scores; precision, recall and
 * F1 of the answer "there" from probability 0.5 up, that is, for scores above 0. Keeps all scores.
 */
export class MultilabelScores {
  private columns: Column[] = []; // [K]

  /** Adds a batch: scores `[N, K]`, before the sigmoid, and targets `[N, K]` of 0 and 1. */
  update(scores: Tensor, targets: Tensor): void {
    const [samples = 0, classes = 0] = scores.shape;
    if (scores.ndim !== 2 || !sameShape(scores.shape, targets.shape))
      throw new ShapeError(
        'MultilabelScores',
        `scores ${formatShape(scores.shape)} and targets ${formatShape(targets.shape)} must both be [N, K]`,
      );
    if (this.columns.length === 0)
      this.columns = Array.from({ length: classes }, () => ({ scores: [], targets: [] }));
    if (this.columns.length !== classes)
      throw new ValueError(
        'MultilabelScores',
        `scores have ${classes} classes, those before ${this.columns.length}`,
      );
    const [taken, given] = [scores.data, targets.data];
    const wrong = given.findIndex((target) => target !== 0 && target !== 1);
    if (wrong >= 0)
      throw new ValueError(
        'MultilabelScores',
        `target ${given[wrong]} of sample ${Math.floor(wrong / classes)} is neither 0 nor 1`,
      );
    this.columns.forEach((column, k) => {
      for (let n = 0; n < samples; n++) {
        column.scores.push(Number(taken[n * classes + k]));
        column.targets.push(given[n * classes + k] === 1);
      }
    });
  }

  /** The scores so far; NaN before the first batch. */
  compute(): MultilabelReport {
    const sums = this.columns.map(count);
    const perClass = this.columns.map((column) => {
      const own = count(column);
      const area = averagePrecision(column.scores, column.targets);
      return { ...shares(own), samples: own.positives, averagePrecision: area };
    });
    const all = (name: keyof Sums) => sums.reduce((sum, own) => sum + own[name], 0);
    return {
      perClass,
      meanAveragePrecision: meanOf(perClass.map((own) => own.averagePrecision)),
      macroF1: meanOf(perClass.map(({ f1 }) => f1)),
      microF1: shares({
        positives: all('positives'),
        predicted: all('predicted'),
        hits: all('hits'),
      }).f1,
    };
  }

  /** Forgets everything. */
  reset(): void {
    this.columns = [];
  }
}

function count({ scores, targets }: Column): Sums {
  let [positives, predicted, hits] = [0, 0, 0];
  targets.forEach((there, n) => {
    const called = (scores[n] as number) > 0;
    positives += Number(there);
    predicted += Number(called);
    hits += Number(there && called);
  });
  return { positives, predicted, hits };
}

function shares({ positives, predicted, hits }: Sums): PrecisionRecall {
  return {
    precision: hits / predicted,
    recall: hits / positives,
    f1: (2 * hits) / (positives + predicted),
  };
}

/** Of those that are numbers. */
function meanOf(values: readonly number[]): number {
  const there = values.filter((value) => !Number.isNaN(value));
  return there.reduce((sum, value) => sum + value, 0) / there.length;
}
