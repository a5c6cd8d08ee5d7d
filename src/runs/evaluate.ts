import { internalError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { DataLoader } from '../data/dataloader.js';
import type { SkippedSample } from '../data/fetch-batch.js';
import { Accuracy } from '../metrics/accuracy.js';
import { BrierScore, CalibrationError } from '../metrics/calibration.js';
import { classReport } from '../metrics/class-report.js';
import type { Tensor } from '../tensor/tensor.js';
import { judge } from '../train/judge.js';
import { measure } from '../train/measure.js';
import type { HeldOutScores } from '../train/metrics.js';
import { loadingWorkers } from './loading-workers.js';
import type { ModelSource } from './model-file.js';
import { openModel } from './model-source.js';
import { Collected } from './pictures/collected.js';
import { ShownSet } from './pictures/shown-set.js';
import type { ReportSource } from './report/write-report.js';
import { type Checkpoint, RunFolder } from './run-folder.js';
import { readRunSummary } from './run-summary.js';
import { openTestSet } from './test-set.js';
import { TrainedModel } from './trained-model.js';

/** How one class fared. */
export interface ClassScores {
  readonly name: string;
  readonly samples: number;
  /** Share of this class's samples that were found, 0–1; null where there are none. */
  readonly recall: number | null;
  /** Share of the samples called this class that are, 0–1; null where none was called so. */
  readonly precision: number | null;
  /** Harmonic mean of both, 0–1; null where there is neither a sample nor a prediction. */
  readonly f1: number | null;
}

export interface Evaluation extends HeldOutScores {
  readonly samples: number;
  /** The mean F1 of the classes, each counting alike, 0–1. */
  readonly macroF1: number;
  /** Expected calibration error over 15 bins, 0–1: by how much confidence and accuracy differ. */
  readonly calibrationError: number;
  /** The temperature that the run was calibrated with; null where it was not. */
  readonly temperature: number | null;
  /** The same error without the temperature, as the network says it; null where there is none. */
  readonly rawCalibrationError: number | null;
  /** 0–2: 0 where every label has probability 1. */
  readonly brierScore: number;
  /** Share of samples whose label is among the best five; null where there are fewer than ten classes. */
  readonly top5: number | null;
  readonly perClass: readonly ClassScores[];
  /** What is wrong with the model although its accuracy may look good, in plain lines. */
  readonly findings: readonly string[];
  /** Which weights were measured: the last, where the run ended before it had saved its best. */
  readonly checkpoint: Checkpoint;
  /** What people should know of how it was measured. */
  readonly notes: readonly string[];
  /** Samples that were left out because their files could not be used. */
  readonly skipped: readonly SkippedSample[];
}

export interface EvaluateOptions {
  /** Samples at a time. @default 64 */
  readonly batchSize?: number | undefined;
  /** Where the pictures are. @default where the run had them */
  readonly data?: string | undefined;
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string | undefined;
  /** What a file that cannot be used does: end the measurement, or be left out. @default 'throw' */
  readonly onError?: 'throw' | 'skip' | undefined;
}

const readOptions = optionReader<EvaluateOptions>('evaluate', {
  batchSize: true,
  data: true,
  recipe: true,
  onError: true,
});

/** The options of a call, with what is not said. */
export function readEvaluateOptions(
  given: readonly [options?: EvaluateOptions],
  subject?: string,
): EvaluateOptions & { readonly batchSize: number; readonly onError: 'throw' | 'skip' } {
  const { batchSize = 64, data, recipe, onError = 'throw' } = readOptions(given, subject);
  return { batchSize, data, recipe, onError };
}

/**
 * Measures the best weights of a run, given as its folder or the path of it, on its test set, whose classes are bound
 * to the model's by name; or a model file, on the test part of `data`.
 *
 * @throws DataError for what is no run, and for pictures that are not there or cannot be used; CheckpointError for damaged weights
 * @example
 * const { accuracy, perClass } = await runs.evaluate('runs/photos-1');
 */
export async function evaluate(
  model: ModelSource | string,
  ...given: [options?: EvaluateOptions]
): Promise<Evaluation> {
  const options = readEvaluateOptions(given);
  return (await measureRun(await openModel(model), options)).evaluation;
}

/** A measurement, and what a report is made of. */
export interface MeasuredRun {
  readonly evaluation: Evaluation;
  readonly source: ReportSource;
}

/** `evaluate`, with every answer. */
export async function measureRun(
  model: ModelSource,
  { batchSize, data, recipe, onError }: ReturnType<typeof readEvaluateOptions>,
): Promise<MeasuredRun> {
  const trained = await TrainedModel.load(model, { recipe });
  const { classes, temperature = null } = trained.card;
  const { task, test, loss: lossOf, notes } = await openTestSet(trained, data, recipe);
  const loader = new DataLoader(test, {
    batchSize,
    numWorkers: loadingWorkers(test),
    reuseMemory: true,
    onError,
  });
  const calibration = new CalibrationError();
  const raw = new CalibrationError();
  const brier = new BrierScore();
  const top5 = new Accuracy({ topK: 5 });
  const collected = new Collected();
  const step = async (images: Tensor, labels: Tensor) => {
    const scores = await trained.logits(images);
    if (temperature !== null) raw.update(scores, labels);
    const logits = trained.calibrated(scores);
    for (const metric of [calibration, brier, top5]) metric.update(logits, labels);
    collected.add(logits, labels);
    return { loss: lossOf(logits, labels), logits };
  };
  const scores = await measure(loader, step, async () => true);
  if (scores === null) throw internalError('a measurement ended by itself');
  const { confusion } = scores;
  const report = classReport(confusion);
  const evaluation: Evaluation = {
    ...scores,
    samples: confusion.samples(),
    macroF1: report.macro.f1,
    calibrationError: calibration.compute(),
    temperature,
    rawCalibrationError: temperature === null ? null : raw.compute(),
    brierScore: brier.compute(),
    top5: classes.length < 10 ? null : top5.compute(),
    perClass: classes.map((name, k) => ({
      name,
      samples: confusion.samples(k),
      recall: numberOrNull(confusion.recall(k)),
      precision: numberOrNull(confusion.precision(k)),
      f1: numberOrNull(confusion.f1(k)),
    })),
    findings: judge(confusion, classes),
    checkpoint: trained.checkpoint,
    notes,
    skipped: loader.skipped,
  };
  const { loss, accuracy } = scores;
  const summary = model instanceof RunFolder ? await readRunSummary(model).catch(() => null) : null;
  const best = summary?.best?.epoch ?? null;
  const predictions = collected.predictions();
  const outcome = { best, test: { loss, accuracy }, confusion: confusion.compute(), predictions };
  const set = new ShownSet(test, trained.transform, loader.skipped);
  return { evaluation, source: { outcome, split: 'test', set, trained, task, found: null } };
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
