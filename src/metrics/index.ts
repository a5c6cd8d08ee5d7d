/** How well a classifier does: right and wrong, class by class, how far its probabilities can be trusted. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export { Accuracy, type AccuracyOptions } from './accuracy.js';
export { AUROC, type AurocOptions, rocAuc } from './auroc.js';
export { averagePrecision } from './average-precision.js';
export { type BootstrapOptions, bootstrap, type Interval } from './bootstrap.js';
export {
  BrierScore,
  CalibrationError,
  type CalibrationErrorOptions,
  type ConfidenceBin,
  NegativeLogLikelihood,
} from './calibration.js';
export { type ClassReport, classReport, type PrecisionRecall } from './class-report.js';
export { ConfusionMatrix } from './confusion-matrix.js';
export { type LabelIssue, type LabelIssues, labelIssues } from './label-issues.js';
export { Mean } from './mean.js';
export { type LabelScores, type MultilabelReport, MultilabelScores } from './multilabel-scores.js';
export { fitTemperature } from './temperature.js';
export { wilson } from './wilson.js';
