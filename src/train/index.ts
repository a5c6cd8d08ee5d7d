/** The training loop and what follows it. */

export { formatEpoch } from './epoch-line.js';
export {
  type Callback,
  type EpochEvent,
  type FitSummary,
  type HeldOutScores,
  type HeldOutSplit,
  type MeasureEvent,
  RunningScores,
  type Scores,
  type StepEvent,
} from './metrics.js';
export { Progress, type ProgressOptions } from './progress.js';
export { type Batches, type Schedule, Trainer, type TrainerOptions } from './trainer.js';
