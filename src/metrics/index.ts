export { Accuracy, type AccuracyOptions } from './accuracy.js';
export { ConfusionMatrix } from './confusion-matrix.js';
export { Mean } from './mean.js';
