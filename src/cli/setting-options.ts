/** Settings that have a command-line option of their own: what each may be is said by the tree of settings. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Assignment, layerOf, parseAssignment } from '../recipes/settings/assignments.js';
import {
  alternatives,
  isAllowed,
  keysAt,
  type SettingKey,
  wordsAt,
} from '../recipes/settings/keys.js';
import type { RawLayer } from '../recipes/settings/layers.js';

/** An option, the setting that it sets, and its help; `<n>` and `<x>` are numbers. */
interface Plain {
  readonly flags: string;
  readonly key: string;
  readonly help?: string;
}

const plain: readonly Plain[] = [
  { flags: '--data <dir>', key: 'data.path' },
  { flags: '--model <name>', key: 'model.name', help: "network (default: the recipe's)" },
  {
    flags: '--pretrained [model]',
    key: 'model.pretrained',
    help: 'start from trained weights and learn the head: of --model, of this network, or from a file',
  },
  { flags: '--no-pretrained', key: 'model.pretrained', help: 'start from fresh weights' },
  { flags: '--features <how>', key: 'model.features' },
  { flags: '--views <n>', key: 'model.views' },
  {
    flags: '--fine-tune [headEpochs]',
    key: 'model.fineTune',
    help: 'start from trained weights, learn the head for so many epochs (10), then all of the network',
  },
  { flags: '--image-size <n>', key: 'data.imageSize' },
  { flags: '--limit <n>', key: 'data.limit' },
  { flags: '--val-split <x>', key: 'split.val' },
  {
    flags: '--workers <n>',
    key: 'loader.workers',
    help: 'threads that load data (default: see below)',
  },
  { flags: '--cache <where>', key: 'data.cache' },
  { flags: '--on-error <what>', key: 'data.onError' },
  { flags: '--epochs <n>', key: 'epochs' },
  { flags: '--batch-size <n>', key: 'batchSize' },
  { flags: '--optimizer <name>', key: 'optimizer.name', help: 'update rule' },
  { flags: '--lr <x>', key: 'optimizer.lr' },
  { flags: '--momentum <x>', key: 'optimizer.momentum' },
  { flags: '--weight-decay <x>', key: 'optimizer.weightDecay' },
  {
    flags: '--schedule <name>',
    key: 'schedule.name',
    help: 'how the learning rate changes, or none',
  },
  {
    flags: '--warmup <x>',
    key: 'warmup.epochs',
    help: 'epochs in which the learning rate rises first',
  },
  { flags: '--loss <name>', key: 'loss.name', help: 'crossEntropy, or bce: each class for itself' },
  { flags: '--label-smoothing <x>', key: 'loss.labelSmoothing' },
  {
    flags: '--class-weights <how>',
    key: 'loss.classWeights',
    help: 'auto lets all classes weigh alike in the loss, 0.5 meets halfway; none is off',
  },
  { flags: '--mixup [alpha]', key: 'mixup', help: 'blend pictures of a batch, and their labels' },
  {
    flags: '--cutmix [alpha]',
    key: 'cutmix',
    help: 'paste parts of pictures into others of a batch',
  },
  { flags: '--clip <x>', key: 'clip.norm' },
  { flags: '--accumulate <n>', key: 'accumulate' },
  { flags: '--ema [decay]', key: 'ema', help: 'test and keep a moving average of the weights' },
  {
    flags: '--patience <n>',
    key: 'earlyStopping.patience',
    help: 'end after so many epochs without improvement',
  },
  { flags: '--time <t>', key: 'time', help: 'end after so long: 90s, 10m, 2h' },
  {
    flags: '--on-nan <what>',
    key: 'rollbacks',
    help: 'stop, or rollback: up to 3 times to the last checkpoint, with half the rate',
  },
  { flags: '--checkpoint-seconds <x>', key: 'checkpoints.everySeconds' },
  { flags: '--seed <n>', key: 'seed' },
  { flags: '--precision <name>', key: 'precision' },
];

/** Adds the options, and `--set` and `--config`, to a command. */
export function addSettingOptions(command: Command): void {
  for (const { flags, key, help } of plain) {
    const [known] = keysAt(key);
    const option = new Option(flags, help ?? known?.description);
    const words = wordsOf(key, known);
    if (key === 'loss.classWeights') option.argParser(classWeights);
    else if (key === 'rollbacks') option.argParser(rollbacks);
    else if (/\[\w+\]$/.test(flags) && known === undefined)
      option.argParser(optionalNumber(flags, key));
    else if (known !== undefined && /<[nx]>/.test(flags))
      option.argParser((text) => numberOf(text, known));
    else if (words.length > 0) option.choices(words);
    command.addOption(option);
  }
  command
    .option('--no-compile', 'run every op by itself instead of recording the step once')
    .option(
      '--set <key=value>',
      'any setting, such as optimizer.momentum=0.9; docs/settings.md lists them',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option('--config <file>', 'settings from a YAML or JSON file, or those of a run');
}

/** The settings that the command line gives; what `--set` says counts. */
export function settingsGiven(options: Readonly<Record<string, unknown>>): RawLayer {
  const named = plain.flatMap(({ flags, key }): Assignment[] => {
    const value = options[new Option(flags).attributeName()];
    const path = key.split('.');
    if (value === undefined) return [];
    return [[value === 'none' && key === 'schedule.name' ? ['schedule'] : path, value]];
  });
  const compile: Assignment[] = options.compile === false ? [[['compile'], false]] : [];
  const texts = (options.set as readonly string[] | undefined) ?? [];
  return layerOf([...named, ...compile, ...texts.map(parseAssignment)]);
}

/** The words that an option may be; none where it is anything else. */
function wordsOf(key: string, known: SettingKey | undefined): readonly string[] {
  if (known === undefined) return [];
  const words = wordsAt(known);
  return key === 'schedule.name' ? [...words, 'none'] : words;
}

function classWeights(text: string): string | number {
  const [power] = keysAt('loss.classWeights.power');
  return text === 'auto' || text === 'none' || power === undefined ? text : numberOf(text, power);
}

/** `--ema` switches a section on as it is by default, `--ema 0.99` says its number. */
function optionalNumber(flags: string, key: string): (text: string) => string | number {
  const [, name = ''] = /\[(\w+)\]$/.exec(flags) ?? [];
  const [known] = keysAt(`${key}.${name}`);
  return (text) => (text === 'none' || known === undefined ? text : numberOf(text, known));
}

/** How often it may go back. */
function rollbacks(text: string): number {
  if (text === 'stop') return 0;
  if (text === 'rollback') return 3;
  throw new InvalidArgumentError('stop or rollback is required.');
}

function numberOf(text: string, known: SettingKey): number {
  const value = Number(text);
  const whole = alternatives(known.node).some(({ type }) => type === 'integer');
  if (text.trim() === '' || !isAllowed(known.node, value))
    throw new InvalidArgumentError(
      `${known.allowed.replace(/, or none$/, '')} is required${whole ? '' : ', such as 0.01 or 1e-3'}.`,
    );
  return value;
}
