import { type Command, Option } from 'commander';
import { recipes } from '../../recipes/index.js';
import type { Language } from '../../report/language/words.js';
import type { Opening } from '../../runs/prepare.js';
import { type OpenedResume, openResume } from '../../runs/resume.js';
import { readRunConfig } from '../../runs/run-config.js';
import { RunFolder } from '../../runs/run-folder.js';
import { trainTask } from '../../runs/train-task.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import type { CacheEstimate } from '../../vision/datasets/image-store/image-store.js';
import { applyEngineOfRun } from '../engine-of-run.js';
import { type Interruption, interruptible } from '../interrupts.js';
import { applyLanguage, langOption } from '../lang-option.js';
import { openLivePage } from '../live-page.js';
import { openPage } from '../open-page.js';
import {
  deviceOption,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
  wholeNumber,
  winogradOption,
} from '../options.js';
import { outOption, writable } from '../out-option.js';
import { printAside, printJson, printLine } from '../output.js';
import { prepareTraining } from '../prepare-training.js';
import { reportFailure } from '../report-error.js';
import { addSettingOptions, settingsGiven } from '../setting-options.js';
import { insteadOfTraining, type NothingOptions } from './train-nothing.js';
import { JsonReport, type Kept, TextReport } from './train-report.js';

interface TrainOptions extends NothingOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly force?: true;
  readonly recipe?: string;
  readonly lints: boolean;
  readonly report: boolean;
  readonly lang?: Language;
  readonly tensorboard?: true;
  readonly logEvery?: number;
  readonly live?: true;
  readonly open?: true;
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
  FILE.ts, .js   a recipe of your own: data, network, transforms, loss and settings as the
                 default export, defineRecipe({ … }); docs/recipes.md

Loading: data that are looked up in memory (digits, mnist) need no --workers; for files and for
augmented pictures, one thread less than there are cores loads while the others step.`;

export function addTrain(command: Command): void {
  command.argument(
    '[data]',
    'a data set that wick knows, a folder of pictures, or a recipe file; see below',
  );
  addSettingOptions(command);
  command
    .addOption(outOption('dir', 'the run folder (default: runs/<data>-<n>)'))
    .option('--resume <run>', 'go on with a run that was stopped or killed, to the same bits')
    .addOption(recipeOption())
    .option('--force', 'go on although data, settings or engine are not as they were')
    .option(
      '--log-every <n>',
      'a line every so many batches where there is no terminal',
      wholeNumber(1, 1e9),
    )
    .addOption(
      new Option(
        '--plot-schedule <file>',
        'draw the learning rate of each step as SVG, and train nothing',
      )
        .argParser(writable('file'))
        .conflicts(['dryRun', 'overfitBatch']),
    )
    .addOption(
      new Option('--dry-run', 'one batch of each phase, and what all of it would take').conflicts(
        'overfitBatch',
      ),
    )
    .option('--overfit-batch', 'learn one batch by heart, which every network can that can learn')
    .option('--no-lints', 'do not note mistakes that no error shows')
    .option('--no-report', 'draw no pictures and write no report.html')
    .addOption(langOption())
    .option('--tensorboard', "write TensorBoard's event file, too")
    .addOption(
      new Option(
        '--live',
        'show it on a page while it trains, which can stop it and change its learning rate',
      ).conflicts(['dryRun', 'overfitBatch', 'plotSchedule']),
    )
    .option('--open', 'open that page in the browser')
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(train);
}

async function train(
  data: string | undefined,
  options: TrainOptions,
  command: Command,
): Promise<void> {
  applyLanguage(options.lang);
  const instead = insteadOfTraining(options);
  if (instead !== null) return await instead.run(data, options, command, watching(options));
  if (options.open && !options.live) command.error('error: --open is for --live');
  const json = options.json === true;
  const { run, task, settings, changed } =
    options.resume === undefined
      ? await begin(data, options, command)
      : await goOn(options.resume, data, options, command);
  const report = json
    ? new JsonReport(task, run)
    : new TextReport(task, settings, run, options.logEvery);
  report.start(settings);
  if (options.live) await showLive(run, options);
  for (const text of changed) report.callback.onNote?.(`goes on although ${text}`);
  try {
    const { result, interruption } = await interruptible((signal) =>
      trainTask({
        task,
        settings,
        run,
        force: changed.length > 0,
        lints: options.lints,
        report: options.report,
        tensorboard: options.tensorboard === true,
        callbacks: [report.callback],
        signal,
      }),
    );
    const why = interruption ?? byHand;
    report.end(result, result.summary.interrupted ? why : null);
    if (interruption !== null || result.summary.interrupted) process.exitCode = why.exitCode;
  } catch (error) {
    reportFailure(error, command);
    if (run.claimed) report.failed(await keptOf(run)); // else another process trains in it
  }
}

/** What a page asked for is an interruption, too: there is less than was asked for. */
const byHand: Interruption = { cause: 'by hand', exitCode: 130 };

async function showLive(run: RunFolder, { json, open }: TrainOptions): Promise<void> {
  const url = await openLivePage(run);
  if (url === null) return;
  if (json) printJson({ event: 'live', url });
  else printLine(`On a page: ${url}`);
  if (open) openPage(url);
}

async function keptOf(run: RunFolder): Promise<Kept | null> {
  if (!(await run.hasWeights())) return null;
  const weights = await run.bestCheckpoint().catch(() => null);
  return { weights: weights !== null, state: (await run.state()) !== null };
}

/** A new run. */
async function begin(
  data: string | undefined,
  options: TrainOptions,
  command: Command,
): Promise<OpenedResume> {
  if (options.force) command.error('error: --force is for --resume');
  if (options.recipe !== undefined && (data !== undefined || options.config === undefined))
    command.error('error: --recipe is for --resume and --config; a new run takes the file itself');
  const { task, settings } = await prepareTraining(data, options, command, watching(options));
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
  for (const key of ['model', 'pretrained', 'imageSize', 'limit', 'out', 'config'])
    if (given(key))
      command.error(`error: --resume goes on with what the run has; leave --${dashed(key)} out`);
  if (name !== undefined)
    command.error(`error: --resume goes on with the run's own data; leave '${name}' out`);
  const config = await readRunConfig(await RunFolder.reopen(path));
  applyEngineOfRun(path, config, options, command);
  const layer = settingsGiven(command.opts());
  return await openResume(path, {
    ...watching(options),
    settings: layer,
    force: options.force === true,
    ...(options.recipe !== undefined && { recipe: options.recipe }),
  });
}

/** `imageSize` as `image-size`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What opening tells people. */
function watching({ json }: TrainOptions): Opening {
  return json === true ? {} : { onProgress: showDownload(process.stderr), onCache: showCache };
}

function showCache({ kind, images, sizeBytes, folder }: CacheEstimate): void {
  const size = `${Math.ceil(sizeBytes / 1e6).toLocaleString('en')} MB`;
  const where = kind === 'ram' ? 'in memory' : `in ${folder}`;
  printAside(`keeping ${images} decoded images ${where}, about ${size}`);
}
