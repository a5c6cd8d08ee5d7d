import type { Command } from 'commander';
import { evaluate } from '../../runs/evaluate.js';
import { RunFolder } from '../../runs/run-folder.js';
import { formatLoss, percent } from '../../train/epoch-line.js';
import { withoutRemedy } from '../command-terms.js';
import {
  applyEngineChoice,
  batchSizeOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  onErrorOption,
  recipeOption,
  threadsOption,
  winogradOption,
} from '../options.js';
import { formatTable, printJson, printLine, wrapped } from '../output.js';
import { accuracyOf, noteOnLast } from '../scores.js';

interface EvaluateOptions extends EngineChoice {
  readonly data?: string;
  readonly batchSize: number;
  readonly onError: 'throw' | 'skip';
  readonly recipe?: string;
  readonly json?: true;
}

export function addEvaluate(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .option('--data <dir>', 'folder with the files, where they are not where the run had them')
    .addOption(batchSizeOption('samples at a time').default(64))
    .addOption(onErrorOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(jsonOption())
    .action(runEvaluate);
}

async function runEvaluate(path: string, options: EvaluateOptions): Promise<void> {
  const run = await RunFolder.open(path);
  applyEngineChoice(options);
  const { batchSize, data, recipe, onError } = options;
  const { confusion, ...result } = await evaluate(run, { batchSize, data, recipe, onError });
  if (options.json === true) {
    printJson({ run: run.path, ...result });
    return;
  }
  const { loss, samples, perClass, findings, checkpoint, notes, skipped } = result;
  if (checkpoint === 'last') printLine(noteOnLast);
  for (const note of notes) for (const line of wrapped(`note: ${note}`, 2)) printLine(line);
  const scores = `${accuracyOf({ ...result, confusion })}, loss ${formatLoss(loss)}`;
  for (const line of wrapped(`${run.path}: test ${scores} on ${samples} images`, 2))
    printLine(line);
  const { top5, macroF1, calibrationError } = result;
  const more = [
    ...(top5 === null ? [] : [`among the best five ${percent(top5)}`]),
    `macro F1 ${percent(macroF1)}`,
    `calibration error ${percent(calibrationError)}`,
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
}
