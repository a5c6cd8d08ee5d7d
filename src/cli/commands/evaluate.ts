import type { Command } from 'commander';
import { counted } from '../../core/counted.js';
import { WickError } from '../../core/errors.js';
import { withoutRemedy } from '../../core/without-remedy.js';
import type { Language } from '../../report/language/words.js';
import { type Calibration, calibrate } from '../../runs/calibrate.js';
import { type Evaluation, measureRun } from '../../runs/evaluate.js';
import { openModel } from '../../runs/model-source.js';
import { withQuickLook, writeAll } from '../../runs/report/write-all.js';
import type { ReportSource } from '../../runs/report/write-report.js';
import { RunFolder } from '../../runs/run-folder.js';
import { formatLoss, percent } from '../../train/epoch-line.js';
import { applyLanguage, langOption } from '../lang-option.js';
import {
  applyEngineChoice,
  batchSizeOption,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  onErrorOption,
  recipeOption,
  threadsOption,
  winogradOption,
} from '../options.js';
import { formatTable, printAside, printJson, printLine, wrapped } from '../output.js';
import { reportError } from '../report-error.js';
import { accuracyOf, noteOnLast } from '../scores.js';

interface EvaluateOptions extends EngineChoice {
  readonly data?: string;
  readonly batchSize: number;
  readonly onError: 'throw' | 'skip';
  readonly recipe?: string;
  readonly calibrate?: true;
  readonly report: boolean;
  readonly lang?: Language;
  readonly json?: true;
}

export function addEvaluate(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model file (.wick)')
    .option('--data <dir>', 'folder with the files, where they are not where the run had them')
    .option(
      '--calibrate',
      'first fit a temperature on the validation part, and keep it with the model',
    )
    .addOption(batchSizeOption('samples at a time').default(64))
    .addOption(onErrorOption())
    .addOption(recipeOption())
    .option('--no-report', 'draw no pictures and write no report.html')
    .addOption(langOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(jsonOption())
    .action(runEvaluate);
}

async function runEvaluate(
  path: string,
  options: EvaluateOptions,
  command: Command,
): Promise<void> {
  const run = await openModel(path);
  applyEngineChoice(options);
  applyLanguage(options.lang);
  const { batchSize, data, recipe, onError } = options;
  const how = { batchSize, data, recipe, onError };
  const calibration = options.calibrate === true ? await calibrate(run, how) : null;
  const { evaluation, source } = await measureRun(run, how);
  const { confusion, ...result } = evaluation;
  const report =
    options.report && run instanceof RunFolder ? await reportOf(run, source, command) : null;
  if (options.json === true) {
    printJson({ run: run.path, ...(calibration && { calibration }), ...result, report });
    return;
  }
  const { loss, samples, perClass, findings, checkpoint, notes, skipped } = result;
  if (checkpoint === 'last') printLine(noteOnLast);
  for (const note of notes) for (const line of wrapped(`note: ${note}`, 2)) printLine(line);
  if (calibration !== null)
    for (const line of wrapped(fitted(run.path, calibration), 2)) printLine(line);
  const scores = `${accuracyOf({ ...result, confusion })}, loss ${formatLoss(loss)}`;
  for (const line of wrapped(`${run.path}: test ${scores} on ${counted(samples, 'image')}`, 2))
    printLine(line);
  const { top5, macroF1 } = result;
  const more = [
    ...(top5 === null ? [] : [`among the best five ${percent(top5)}`]),
    `macro F1 ${percent(macroF1)}`,
    calibrationOf(result),
  ];
  for (const line of wrapped(`  ${more.join(', ')}`, 2)) printLine(line);
  printLine();
  const share = (value: number | null) => (value === null ? '–' : percent(value));
  const rows = perClass.map(({ name, samples: count, recall, precision, f1 }) => [
    name,
    String(count),
    share(recall),
    share(precision),
    share(f1),
  ]);
  for (const line of formatTable([['class', 'images', 'recall', 'precision', 'F1'], ...rows]))
    printLine(line);
  if (findings.length > 0) printLine();
  for (const finding of findings)
    for (const line of wrapped(`warning: ${finding}`, 2)) printLine(line);
  for (const { message } of skipped)
    for (const line of wrapped(`left out: ${withoutRemedy(message)}`, 2)) printLine(line);
  if (report !== null) {
    printLine();
    for (const line of wrapped(`The report with all pictures is ${report}.`, 2)) printLine(line);
  }
}

function fitted(run: string, { temperature, samples, before, after }: Calibration): string {
  return `${run}: temperature ${temperature.toPrecision(3)} by ${samples} validation images, whose calibration error goes from ${percent(before)} to ${percent(after)}; it is kept in model.json`;
}

function calibrationOf({
  calibrationError,
  temperature,
  rawCalibrationError,
}: Pick<Evaluation, 'calibrationError' | 'temperature' | 'rawCalibrationError'>): string {
  const error = `calibration error ${percent(calibrationError)}`;
  if (temperature === null || rawCalibrationError === null) return error;
  return `${error} (${percent(rawCalibrationError)} without the temperature of ${temperature.toPrecision(3)})`;
}

/** Writes the report, where the run can be written. */
async function reportOf(
  run: RunFolder,
  source: ReportSource,
  command: Command,
): Promise<string | null> {
  try {
    return await writeAll(run, await withQuickLook(source));
  } catch (error) {
    if (!(error instanceof WickError)) throw error;
    if (command.opts<EvaluateOptions>().json === true)
      reportError(error, { json: true, verbose: false, command });
    else printAside(`note: there is no report: ${error.message}`);
    return null;
  }
}
