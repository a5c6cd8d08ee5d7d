import { type Command, InvalidArgumentError, Option } from 'commander';
import { merge } from '../../recipes/settings/layers.js';
import type { SettingsLayer } from '../../recipes/settings/schema.js';
import type { Language } from '../../report/language/words.js';
import { parseGrid, parseSearch } from '../../runs/tune/space.js';
import { maxSeeds, maxTrials } from '../../runs/tune/study-definition.js';
import { resumeTune, tune } from '../../runs/tune/tune.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import { interruptible } from '../interrupts.js';
import { applyLanguage, langOption } from '../lang-option.js';
import {
  applyEngineChoice,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
  wholeNumber,
  winogradOption,
} from '../options.js';
import { outOption } from '../out-option.js';
import { whatToTrain } from '../prepare-training.js';
import { addSettingOptions, settingsGiven } from '../setting-options.js';
import { JsonTuneReport, TextTuneReport } from '../tune-report.js';

interface TuneCommandOptions extends EngineChoice {
  readonly search?: readonly Search[];
  readonly grid?: readonly Grid[];
  readonly trials?: number;
  readonly seeds?: number;
  readonly sampler?: 'tpe' | 'random';
  readonly asha?: true | number;
  readonly minEpochs?: number;
  readonly budget?: string;
  readonly jobs?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly recipe?: string;
  readonly config?: string;
  readonly lang?: Language;
  readonly json?: true;
}

type Search = ReturnType<typeof parseSearch>;
type Grid = ReturnType<typeof parseGrid>;

const help = `
Search:
  --search optimizer.lr=log:1e-5..1e-1       evenly in the logarithm
  --search optimizer.momentum=uniform:0..1   evenly
  --search batchSize=int:8..64               whole numbers, both ends among them
  --search optimizer.name=choice:sgd,adam    one of a list
  --grid batchSize=16,32,64                  every combination, one after the other

A setting that only one optimizer or schedule has is left out of trials with another.
docs/tune.md says how trials are chosen, compared and gone on with.`;

export function addTune(command: Command): void {
  command
    .argument('[data]', 'a data set that wick knows, a folder of pictures, or a recipe file')
    .option(
      '--search <key=range>',
      'a setting and where it is searched; see below',
      collect(parseSearch),
    )
    .option('--grid <key=a,b>', 'a setting and values that are all tried', collect(parseGrid))
    .option(
      '--trials <n>',
      'how many are tried (default: 20, or the grid)',
      wholeNumber(1, maxTrials),
    )
    .option(
      '--seeds <n>',
      'trainings of each trial, whose mean counts (default: 1)',
      wholeNumber(1, maxSeeds),
    )
    .addOption(
      new Option('--sampler <name>', 'by what was found, or at random (default: tpe)').choices([
        'tpe',
        'random',
      ]),
    )
    .option(
      '--asha [n]',
      'end bad trials early: one in n (default: 3) goes on',
      wholeNumber(2, 1000),
    )
    .option(
      '--min-epochs <n>',
      'epochs before the first end, with --asha (default: 1)',
      wholeNumber(1, 100_000),
    )
    .option('--budget <t>', 'try nothing more after so long: 90s, 30m, 2h')
    .option(
      '--jobs <n>',
      "trainings at once (default: the machine's cores, at most 4)",
      wholeNumber(1, 256),
    )
    .addOption(outOption('dir', "the study's folder (default: runs/<data>-tune-<n>)"))
    .option('--resume <dir>', 'go on with a study that was stopped or killed, or gets more trials');
  addSettingOptions(command);
  command
    .addOption(langOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(runTune);
}

/** Options that may be given with --resume. */
const ofResume: ReadonlySet<string> = new Set([
  'resume',
  'trials',
  'budget',
  'jobs',
  'recipe',
  'lang',
  'json',
]);

async function runTune(
  data: string | undefined,
  options: TuneCommandOptions,
  command: Command,
): Promise<void> {
  applyLanguage(options.lang);
  const report = options.json === true ? new JsonTuneReport() : new TextTuneReport();
  const { trials, budget, jobs } = options;
  const work = {
    ...(trials !== undefined && { trials }),
    ...(budget !== undefined && { budget }),
    ...(jobs !== undefined && { jobs }),
    onStart: (study, records) => report.start(study.path, study.definition, records),
    onRecord: (record, records) => report.record(record, records),
    onEpoch: (...event) => report.epoch(...event),
  } satisfies Parameters<typeof resumeTune>[1];
  const { resume: path, recipe } = options;
  if (path !== undefined) refuseBeside(data, command);
  const begin = path === undefined ? await begun(data, options, command) : null;
  const { result, interruption } = await interruptible((signal) =>
    begin === null
      ? resumeTune(path ?? '', { ...work, signal, ...(recipe !== undefined && { recipe }) })
      : tune(begin.name, { ...begin.options, ...work, signal }),
  );
  report.end(result);
  if (interruption !== null) process.exitCode = interruption.exitCode;
  else if (result.best === null) process.exitCode = 1;
}

/** What a new study is made of. */
async function begun(data: string | undefined, options: TuneCommandOptions, command: Command) {
  const { name, layer } = await whatToTrain(data, options, command);
  const { engine, device, winograd, threads, asha, minEpochs, seeds, sampler, out } = options;
  if (minEpochs !== undefined && asha === undefined)
    command.error('error: --min-epochs is for --asha');
  if (options.search === undefined && options.grid === undefined)
    command.error(
      'error: no setting is to be searched, some are required: --search optimizer.lr=log:1e-5..1e-1 or --grid batchSize=16,32',
    );
  applyEngineChoice({
    ...(engine && { engine }),
    ...(device && { device }),
    ...(winograd !== undefined && { winograd }),
  });
  return {
    name,
    options: {
      settings: merge(layer, settingsGiven(command.opts())) as SettingsLayer, // it is checked with the recipe's
      search: Object.fromEntries(options.search ?? []),
      grid: Object.fromEntries(options.grid ?? []),
      ...(asha !== undefined && {
        halving: {
          ...(asha !== true && { reduction: asha }),
          ...(minEpochs !== undefined && { minEpochs }),
        },
      }),
      ...(seeds !== undefined && { seeds }),
      ...(sampler !== undefined && { sampler }),
      ...(threads !== undefined && { threads }),
      ...(out !== undefined && { out }),
      ...(options.json !== true && { onProgress: showDownload(process.stderr) }),
    },
  };
}

/** A study is gone on with as it is. */
function refuseBeside(data: string | undefined, command: Command): void {
  if (data !== undefined)
    command.error(`error: --resume goes on with the study's own data; leave '${data}' out`);
  for (const option of command.options) {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === 'cli' && !ofResume.has(key))
      command.error(
        `error: --resume goes on with what the study has; leave ${option.long ?? key} out`,
      );
  }
}

/** An option that may be given several times. */
function collect<T extends readonly [key: string, ...unknown[]]>(parse: (text: string) => T) {
  return (text: string, before: readonly T[] = []): readonly T[] => {
    const parsed = attempt(() => parse(text));
    const [key] = parsed;
    if (before.some(([other]) => other === key))
      throw new InvalidArgumentError(`${key} is given twice.`);
    return [...before, parsed];
  };
}

function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
