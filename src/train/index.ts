/** The training loop and what follows it. */
export {
  type Callback,
  type EpochEvent,
  type FitSummary,
  formatEpoch,
  RunningScores,
  type Scores,
  type StepEvent,
} from './metrics.js';
export { Progress, type ProgressOptions } from './progress.js';
export { type DrawCurves, RunRecorder } from './run-recorder.js';
export { type Batches, type Schedule, Trainer, type TrainerOptions } from './trainer.js';
