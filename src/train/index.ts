/** The training loop and what follows it. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export type { Callback, SafePoint, Training, ValidationEvent } from './callback.js';
export {
  Checkpoint,
  type CheckpointOptions,
  type CheckpointStore,
} from './callbacks/checkpoint.js';
export { EarlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping.js';
export { Lints, type LintsOptions } from './callbacks/lints.js';
export { LossSpikes, type LossSpikesOptions } from './callbacks/loss-spikes.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './callbacks/model-checkpoint.js';
export { TimeLimit } from './callbacks/time-limit.js';
export { Unfreeze } from './callbacks/unfreeze.js';
export { WeightAveraging, type WeightAveragingOptions } from './callbacks/weight-averaging.js';
export { readCheckpoint, writeCheckpoint } from './checkpoint-file.js';
export { formatEpoch } from './epoch-line.js';
export { type FineTuneOptions, fineTune } from './fine-tune.js';
export { type LintHandle, type LintOptions, type LintWarning, lint } from './lint.js';
export type { LintRule } from './lint-rules.js';
export { type LrFinding, type LrFindOptions, lrFind } from './lr-find.js';
export { type RateCurve, type RateSuggestions, suggestRates } from './lr-suggestions.js';
export {
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
export { Trainer } from './trainer.js';
export type { Batches, FitOptions, Schedule, TrainerOptions } from './trainer-options.js';
export type { CallbackState, TrainerState } from './trainer-state.js';
