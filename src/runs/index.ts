/** Training runs: a recipe or a folder is trained, a run opened, measured and asked about pictures. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export type { FolderMark } from '../io/atomic.js';
export { openTask } from '../recipes/index.js';
export type { InputShape, OpenRequest, Task, TaskChoices, TaskCode } from '../recipes/recipe.js';
export type { RawLayer } from '../recipes/settings/layers.js';
export { resolveSettings } from '../recipes/settings/resolve.js';
export type { LossLayer, Settings, SettingsLayer } from '../recipes/settings/schema.js';
export type { Answer, TestTimeViews } from './answers.js';
export {
  type AuditOptions,
  auditLabels,
  type LabelAudit,
  type SuspectLabel,
} from './audit/audit-labels.js';
export { type Calibration, calibrate } from './calibrate.js';
export { Classifier } from './classifier.js';
export {
  compare,
  type DifferingSetting,
  type RunComparison,
  type SeedGroup,
} from './compare/compare.js';
export type { ComparedRun, MeasuredAccuracy, RunState } from './compare/read-run.js';
export { type DryPhase, type DryRun, type DryRunOptions, dryRun } from './dry-run.js';
export { type ClassScores, type EvaluateOptions, type Evaluation, evaluate } from './evaluate.js';
export {
  type ExportedRun,
  type ExportFormat,
  type ExportRunOptions,
  exportRun,
} from './export-run.js';
export { type ImportedModel, type ImportModelOptions, importModel } from './import-model.js';
export { type FindLrOptions, findLr } from './lr-find.js';
export { type ModelCard, readModelCard } from './model-card.js';
export type { ModelFile, ModelSource } from './model-file.js';
export { type Overfit, type OverfitOptions, overfitBatch } from './overfit-batch.js';
export type { Invert, PictureResult, Prediction, PredictOptions } from './predict-options.js';
export { type ReportOptions, report, type WrittenReport } from './report/report.js';
export {
  type Comparison,
  type ReproduceOptions,
  type Reproduction,
  reproduce,
} from './reproduce.js';
export {
  type OpenedResume,
  type OpenResumeOptions,
  openResume,
  type ResumeOptions,
  resume,
} from './resume.js';
export { type Checkpoint, type RunFile, RunFolder } from './run-folder.js';
export type { LogLine, LogLines, RunLog } from './run-log.js';
export { RunRecorder, type RunRecorderOptions } from './run-recorder.js';
export type { PreparedPicture } from './scorer.js';
export {
  type RunPlace,
  readSteering,
  type SteeringEntry,
  type SteeringRequest,
  steer,
} from './steering/steering-log.js';
export { type TrainedRun, type TrainOptions, train } from './train.js';
export { type TrainOutcome, type TrainRequest, trainTask } from './train-task.js';
export { type LoadOptions, type Picture, TrainedModel } from './trained-model.js';
export type { Tuning, Watching } from './tune/go-on.js';
export type { Importance } from './tune/importance.js';
export type { Halving } from './tune/job.js';
export type { Dimension, Values } from './tune/space.js';
export type { StudyDefinition } from './tune/study-definition.js';
export type { TrialRecord } from './tune/trial-record.js';
export { type ResumeTuneOptions, resumeTune, type TuneOptions, tune } from './tune/tune.js';
