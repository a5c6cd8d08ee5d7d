import { type Command, Option } from 'commander';
import { maxThreads } from '../../core/threads.js';
import { openTask, recipes } from '../../recipes/index.js';
import type { OpenRequest, OptimizerName } from '../../recipes/recipe.js';
import { type OpenedResume, openResume } from '../../runs/resume.js';
import { readRunConfig } from '../../runs/run-config.js';
import { RunFolder } from '../../runs/run-folder.js';
import { optimizerNames, settingsFor, type TrainChoices } from '../../runs/train-settings.js';
import { trainTask } from '../../runs/train-task.js';
import { defaultGenerator } from '../../tensor/generator.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import type { CacheEstimate } from '../../vision/datasets/image-store/image-store.js';
import { modelNames } from '../../vision/models/registry.js';
import { applyEngineOfRun } from '../engine-of-run.js';
import { interruptible } from '../interrupts.js';
import {
  applyEngineChoice,
  batchSizeOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  onErrorOption,
  positiveNumber,
  precisionOption,
  threadsOption,
  wholeNumber,
  winogradOption,
} from '../options.js';
import { printAside } from '../output.js';
import { reportFailure } from '../report-error.js';
import { JsonReport, TextReport } from './train-report.js';

interface TrainOptions extends EngineChoice {
  readonly data?: string;
  readonly model?: string;
  readonly pretrained?: boolean | string;
  readonly imageSize?: number;
  readonly limit?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly optimizer?: OptimizerName;
  readonly seed?: number;
  readonly workers?: number;
  readonly cache?: 'none' | 'ram' | 'disk';
  readonly onError: 'throw' | 'skip';
  readonly compile: boolean;
  readonly classWeights: 'auto' | 'none';
  readonly features?: 'cached' | 'live';
  readonly views?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly force?: true;
  readonly checkpointSeconds?: number;
  readonly lints: boolean;
  readonly json?: true;
}

const help = `
Data:
${recipes.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join('\n')}
  FOLDER         any folder of pictures: train/ and test/ (or val/) with a folder for each
                 class, or lists train.txt and test.txt, or class folders alone, of which a
                 fifth is held back for testing. Pictures up to 40 pixels are learned at
                 32×32 and up to 96 at 64×64, both by cifarCnn; larger ones at 224×224 by
                 resnet18 with ImageNet's weights, of which the head learns, where these are
                 on this machine, and else at 128×128 by resnet18 with fresh weights.
                 --image-size, --model and --pretrained overrule that.

Loading: data that are looked up in memory (digits, mnist) need no --workers; for files and for
augmented pictures, one thread less than there are cores loads while the others step.`;

export function addTrain(command: Command): void {
  command
    .argument('[data]', 'a data set that wick knows, or a folder of pictures; see below')
    .option('--data <dir>', 'folder with the files (default: the cache, then a download)')
    .addOption(new Option('--model <name>', 'network').choices([...modelNames]))
    .option(
      '--pretrained [model]',
      'start from trained weights and learn the head: of --model, of this network, or from a file',
    )
    .option('--no-pretrained', 'start from fresh weights')
    .option('--image-size <n>', 'side of the inputs in pixels', wholeNumber(1, 4096))
    .option('--limit <n>', 'at most so many training and test images', wholeNumber(1, 1e9))
    .option('--epochs <n>', 'passes over the training data', wholeNumber(1, 100_000))
    .addOption(batchSizeOption('samples per step'))
    .option('--lr <x>', 'learning rate', positiveNumber(1e6))
    .addOption(new Option('--optimizer <name>', 'update rule').choices([...optimizerNames]))
    .option(
      '--seed <n>',
      'the same seed gives the same numbers (default: drawn, and printed)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option(
      '--workers <n>',
      'threads that load data (default: see below)',
      wholeNumber(0, maxThreads),
    )
    .addOption(
      new Option('--cache <where>', 'keep the pictures of files decoded and resized').choices([
        'none',
        'ram',
        'disk',
      ]),
    )
    .addOption(onErrorOption())
    .addOption(
      new Option(
        '--class-weights <how>',
        'auto lets all classes weigh alike in the loss, however many images they have',
      )
        .choices(['auto', 'none'])
        .default('none'),
    )
    .addOption(
      new Option(
        '--features <how>',
        'where the head alone learns: features of pictures computed once, or in each epoch',
      )
        .choices(['cached', 'live'])
        .default('cached'),
    )
    .option(
      '--views <n>',
      'cached features of a picture: as it is, and of n − 1 augmented ones (default: 1)',
      wholeNumber(1, 1000),
    )
    .option('--no-compile', 'run every op by itself instead of recording the step once')
    .option('--out <dir>', 'the run folder (default: runs/<data>-<n>)')
    .option('--resume <run>', 'go on with a run that was stopped or killed, to the same bits')
    .option('--force', 'go on although data, settings or engine are not as they were')
    .option(
      '--checkpoint-seconds <n>',
      'time between checkpoints within an epoch (default: 60)',
      positiveNumber(1e6),
    )
    .option('--no-lints', 'do not note mistakes that no error shows')
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(precisionOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(train);
}

async function train(
  name: string | undefined,
  options: TrainOptions,
  command: Command,
): Promise<void> {
  const json = options.json === true;
  const { run, task, settings, changed } =
    options.resume === undefined
      ? await begin(name, options, command)
      : await goOn(options.resume, name, options, command);
  const report = json ? new JsonReport(task, run) : new TextReport(task, settings, run);
  report.start(settings);
  for (const text of changed) report.callback.onNote?.(`goes on although ${text}`);
  const { checkpointSeconds: everySeconds } = options;
  try {
    const { result, interruption } = await interruptible((signal) =>
      trainTask({
        task,
        settings,
        run,
        force: changed.length > 0,
        lints: options.lints,
        checkpoint: everySeconds === undefined ? {} : { everySeconds },
        callbacks: [report.callback],
        signal,
      }),
    );
    report.end(result, interruption);
    if (interruption !== null) process.exitCode = interruption.exitCode;
  } catch (error) {
    reportFailure(error, command);
    report.failed((await run.hasWeights()) ? ((await run.state()) ? 'state' : 'weights') : 'none');
  }
}

/** A new run. */
async function begin(
  name: string | undefined,
  options: TrainOptions,
  command: Command,
): Promise<OpenedResume> {
  if (name === undefined) command.error("error: missing required argument 'data'");
  if (options.force) command.error('error: --force is for --resume');
  applyEngineChoice(options);
  const seed = options.seed ?? defaultGenerator.drawSeed();
  const task = await openTask(name, requestFor(options, seed));
  const settings = settingsFor(task, choicesOf(options));
  return {
    run: await RunFolder.create(task.name, options.out),
    task,
    settings,
    changed: [],
  };
}

/** A run that is there: with the engine that it had, unless another is asked for. */
async function goOn(
  path: string,
  name: string | undefined,
  options: TrainOptions,
  command: Command,
): Promise<OpenedResume> {
  const given = (key: string) => command.getOptionValueSource(key) === 'cli';
  for (const key of ['model', 'pretrained', 'imageSize', 'limit', 'out'])
    if (given(key))
      command.error(`error: --resume goes on with what the run has; leave --${dashed(key)} out`);
  if (name !== undefined)
    command.error(`error: --resume goes on with the run's own data; leave '${name}' out`);
  const config = await readRunConfig(await RunFolder.reopen(path));
  applyEngineOfRun(config, options, command);
  const choices = Object.entries(choicesOf(options)).filter(([key]) => given(key));
  const { seed: _, ...request } = requestFor(options, Number(config.settings.seed));
  return await openResume(path, {
    ...request,
    choices: Object.fromEntries(choices),
    force: options.force === true,
  });
}

function choicesOf(options: TrainOptions): TrainChoices {
  const { epochs, batchSize, optimizer, lr, seed, ...others } = options;
  const { workers, compile, precision, onError, classWeights, features, views } = others;
  const learning = { epochs, batchSize, optimizer, lr, seed };
  return { ...learning, workers, compile, precision, onError, classWeights, features, views };
}

/** `imageSize` as `image-size`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function requestFor(options: TrainOptions, seed: number): OpenRequest & { seed: number } {
  const { data, model, pretrained, imageSize, limit, cache } = options;
  return {
    ...(data !== undefined && { data }),
    ...(model !== undefined && { model }),
    ...(pretrained !== undefined && { pretrained }),
    ...(imageSize !== undefined && { imageSize }),
    ...(limit !== undefined && { limit }),
    ...(cache !== undefined && { cache }),
    seed,
    ...(options.json !== true && { onProgress: showDownload(process.stderr), onCache: showCache }),
  };
}

function showCache({ kind, images, sizeBytes, folder }: CacheEstimate): void {
  const size = `${Math.ceil(sizeBytes / 1e6).toLocaleString('en')} MB`;
  const where = kind === 'ram' ? 'in memory' : `in ${folder}`;
  printAside(`keeping ${images} decoded images ${where}, about ${size}`);
}
