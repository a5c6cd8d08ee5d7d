import type { Command } from 'commander';
import { RunFolder } from '../../io/run-folder.js';
import { evaluateRun } from '../../recipes/evaluate-run.js';
import {
  applyEngineChoice,
  batchSizeOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  threadsOption,
  winogradOption,
} from '../options.js';
import { formatTable, printJson, printLine } from '../output.js';

interface EvaluateOptions extends EngineChoice {
  readonly data?: string;
  readonly batchSize: number;
  readonly json?: true;
}

export function addEvaluate(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .option('--data <dir>', 'folder with the files, where they are not where the run had them')
    .addOption(batchSizeOption('samples at a time').default(64))
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(jsonOption())
    .action(evaluate);
}

async function evaluate(path: string, options: EvaluateOptions): Promise<void> {
  const run = await RunFolder.open(path);
  applyEngineChoice(options);
  const result = await evaluateRun(run, options.batchSize, options.data);
  if (options.json === true) {
    printJson({ run: run.path, ...result });
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  printLine(
    `${run.path}: test accuracy ${percent(result.accuracy)}, loss ${result.loss.toFixed(3)} on ${result.samples} images`,
  );
  printLine();
  const rows = result.perClass.map(({ name, samples, recall, precision }) => [
    name,
    String(samples),
    percent(recall),
    percent(precision),
  ]);
  for (const line of formatTable([['class', 'images', 'recall', 'precision'], ...rows]))
    printLine(line);
}
