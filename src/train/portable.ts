/** What Node and browsers share of training: all that keeps nothing in files. */
export type { Callback, SafePoint, Training, ValidationEvent } from './callback.js';
export { EarlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping.js';
export { Freeze } from './callbacks/freeze.js';
export { Lints, type LintsOptions } from './callbacks/lints.js';
export { Lookahead, type LookaheadOptions } from './callbacks/lookahead.js';
export { LossSpikes, type LossSpikesOptions } from './callbacks/loss-spikes.js';
export type { PartsByEpoch } from './callbacks/parts-by-epoch.js';
export { TimeLimit } from './callbacks/time-limit.js';
export { Unfreeze } from './callbacks/unfreeze.js';
export { WeightAveraging, type WeightAveragingOptions } from './callbacks/weight-averaging.js';
export { formatEpoch } from './epoch-line.js';
export { type FineTuneOptions, fineTune } from './fine-tune.js';
export type { BestBy } from './is-better.js';
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
  type RunningState,
  type Scores,
  type StepEvent,
} from './metrics.js';
export { Trainer } from './trainer.js';
export type { Batches, FitOptions, Schedule, TrainerOptions } from './trainer-options.js';
export type { CallbackState, TrainerState } from './trainer-state.js';
