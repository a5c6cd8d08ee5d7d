import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export { Accuracy, type AccuracyOptions } from './accuracy.js';
export { ConfusionMatrix } from './confusion-matrix.js';
export { Mean } from './mean.js';
