import { type Command, Option } from 'commander';
import { engineReport } from '../../engine/select.js';
import { RunFolder } from '../../io/run-folder.js';
import { recipe, recipes } from '../../recipes/index.js';
import type { OptimizerName } from '../../recipes/recipe.js';
import { optimizerNames, trainRecipe } from '../../recipes/session.js';
import type { Callback, FitSummary } from '../../train/metrics.js';
import { formatDuration, Progress } from '../../train/progress.js';
import { showDownload } from '../download-progress.js';
import {
  applyEngineChoice,
  type EngineChoice,
  engineOption,
  jsonOption,
  positiveNumber,
  threadsOption,
  wholeNumber,
} from '../options.js';
import { printJson, printLine } from '../output.js';
import { version } from '../version.js';

interface TrainOptions extends EngineChoice {
  readonly data?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly optimizer?: OptimizerName;
  readonly seed: number;
  readonly workers: number;
  readonly compile: boolean;
  readonly out?: string;
  readonly json?: true;
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .description('Trains a classifier and writes a run folder.')
    .argument('<data>', recipes.map(({ name, title }) => `${name}: ${title}`).join('; '))
    .option('--data <dir>', 'folder with the files (default: the cache, then a download)')
    .option('--epochs <n>', 'passes over the training data', wholeNumber(1))
    .option('--batch-size <n>', 'samples per step', wholeNumber(1))
    .option('--lr <x>', 'learning rate', positiveNumber)
    .addOption(new Option('--optimizer <name>', 'update rule').choices([...optimizerNames]))
    .option('--seed <n>', 'the same seed gives the same numbers', wholeNumber(0), 0)
    .option('--workers <n>', 'threads that load data', wholeNumber(0), 0)
    .option('--no-compile', 'run every op by itself instead of recording the step once')
    .option('--out <dir>', 'the run folder (default: runs/<data>-<n>)')
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(train);
}

async function train(name: string, options: TrainOptions): Promise<void> {
  const chosen = recipe(name);
  applyEngineChoice(options);
  const json = options.json === true;
  const data = await chosen.open({
    ...(options.data !== undefined && { data: options.data }),
    ...(!json && { onProgress: showDownload(process.stderr) }),
  });
  const { defaults } = chosen;
  const settings = {
    epochs: options.epochs ?? defaults.epochs,
    batchSize: options.batchSize ?? defaults.batchSize,
    optimizer: options.optimizer ?? defaults.optimizer,
    lr: options.lr ?? defaults.lr,
    seed: options.seed,
    workers: options.workers,
    compile: options.compile,
  };
  const run = await RunFolder.create(chosen.name, options.out);
  const { engine, threads } = engineReport();
  if (json)
    printJson({ event: 'start', run: run.path, recipe: chosen.name, ...settings, engine, threads });
  else
    printLine(
      `${chosen.name}: ${data.train.length} training and ${data.test.length} test images, ${data.classes.length} classes; ` +
        `engine ${engine}, ${threads} thread${threads === 1 ? '' : 's'}`,
    );
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal); // A second Ctrl-C ends the process at once.
  try {
    const summary = await trainRecipe({
      recipe: chosen,
      data,
      settings,
      run,
      facts: { wick: version(), node: process.version, started: new Date().toISOString() },
      callbacks: [json ? jsonEvents : new Progress({ epochs: settings.epochs })],
      signal: interrupt.signal,
    });
    if (json) printJson({ event: 'end', run: run.path, ...summary });
    else printEnd(summary, run.path);
    if (summary.interrupted) process.exitCode = 130;
  } finally {
    process.removeListener('SIGINT', onSignal);
  }
}

const jsonEvents: Callback = {
  onEpoch: (event) => printJson({ event: 'epoch', ...event }),
};

function printEnd({ best, interrupted, durationMs, epochs }: FitSummary, path: string): void {
  const accuracy = `${(100 * best.test.accuracy).toFixed(1)}%`;
  printLine(
    `${interrupted ? `Stopped after ${epochs} epochs` : 'Done'} in ${formatDuration(durationMs)}: ` +
      `best test accuracy ${accuracy} (epoch ${best.epoch}), ${Math.round(best.imagesPerSecond)} images/s`,
  );
  printLine();
  printLine(`The run is in ${path}. Next:`);
  printLine(`  wick evaluate ${path}            accuracy on the test set`);
  printLine(`  wick predict ${path} IMAGE…      what is in a picture`);
  printLine(`  wick summary ${path}             the network, layer by layer`);
  printLine(`  ${path}/curves.svg                 loss and accuracy by epoch`);
}
