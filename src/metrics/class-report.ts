import type { ConfusionMatrix } from './confusion-matrix.js';

/** How one class, or a mean of classes, fared: shares of 0–1. */
export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClassReport {
  /** By class; of a class that has neither samples nor predictions all are NaN. */
  readonly perClass: readonly (PrecisionRecall & { readonly samples: number })[];
  readonly accuracy: number;
  /** Mean recall of the classes that have samples. */
  readonly balancedAccuracy: number;
  /** The mean over classes, each counting alike. */
  readonly macro: PrecisionRecall;
  /** The mean over classes, each counting as often as it has samples. */
  readonly weighted: PrecisionRecall;
}

/**
 * Precision, recall and F1 of each class and their means, as scikit-learn's `classification_report` counts them: what would
 * be divided by 0 is 0, and a class that is neither in the data nor predicted takes no part in means.
 */
export function classReport(matrix: ConfusionMatrix): ClassReport {
  const perClass = Array.from({ length: matrix.numClasses }, (_, k) => {
    const samples = matrix.samples(k);
    const f1 = matrix.f1(k);
    if (Number.isNaN(f1)) return { precision: f1, recall: f1, f1, samples }; // nothing there, nothing predicted
    return {
      precision: matrix.precision(k) || 0,
      recall: matrix.recall(k) || 0,
      f1,
      samples,
    };
  });
  const seen = perClass.filter(({ f1 }) => !Number.isNaN(f1));
  const mean = (weight: (samples: number) => number): PrecisionRecall => {
    const total = seen.reduce((sum, { samples }) => sum + weight(samples), 0);
    const of = (name: keyof PrecisionRecall) =>
      seen.reduce((sum, one) => sum + one[name] * weight(one.samples), 0) / total;
    return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
  };
  return {
    perClass,
    accuracy: matrix.accuracy(),
    balancedAccuracy: matrix.balancedAccuracy(),
    macro: mean(() => 1),
    weighted: mean((samples) => samples),
  };
}
