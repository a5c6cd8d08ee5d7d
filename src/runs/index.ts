/** Training runs: a recipe or a folder is trained, a run opened, measured and asked about pictures. */
export { Classifier, type PredictOptions } from './classifier.js';
export { type ModelCard, readModelCard } from './model-card.js';
export { type Checkpoint, RunFolder } from './run-folder.js';
export {
  type DrawCurves,
  type EpochPoint,
  RunRecorder,
  type RunRecorderOptions,
} from './run-recorder.js';
export { type Prediction, TrainedModel } from './trained-model.js';
