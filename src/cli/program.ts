/** The command line: one file per command in `commands/`; this one parses, and turns errors into messages and exit codes. */
import { Command, CommanderError } from 'commander';
import { printableLines } from '../core/outside-text.js';
import { version } from '../core/version.js';
import { loadInTurn } from './load-in-turn.js';
import { reportError } from './report-error.js';

/** A command of the first level. */
export interface Entry {
  readonly name: string;
  readonly description: string;
  /** What adds its arguments, options and action. */
  load(): Promise<(command: Command) => void>;
}

/** Only the command that is named is loaded, so that `wick --help` answers at once. */
export const commands: readonly Entry[] = [
  {
    name: 'train',
    description: 'Trains a classifier and writes a run folder.',
    load: async () => (await import('./commands/train.js')).addTrain,
  },
  {
    name: 'reproduce',
    description: 'Runs a run again and compares what comes out, byte for byte.',
    load: async () => (await import('./commands/reproduce.js')).addReproduce,
  },
  {
    name: 'lr-find',
    description: 'Tries learning rates on a training, and suggests one.',
    load: async () => (await import('./commands/lr-find.js')).addLrFind,
  },
  {
    name: 'tune',
    description: 'Searches settings by many trainings.',
    load: async () => (await import('./commands/tune.js')).addTune,
  },
  {
    name: 'evaluate',
    description: 'Measures the best model of a run on its test set.',
    load: async () => (await import('./commands/evaluate.js')).addEvaluate,
  },
  {
    name: 'compare',
    description: 'Puts runs beside each other: what differed, and which is better.',
    load: async () => (await import('./commands/compare.js')).addCompare,
  },
  {
    name: 'report',
    description: 'Writes what a run has come to, with its pictures, into one page.',
    load: async () => (await import('./commands/report.js')).addReport,
  },
  {
    name: 'ui',
    description: 'Shows runs on a page, while they train and afterwards.',
    load: async () => (await import('./commands/ui.js')).addUi,
  },
  {
    name: 'predict',
    description: 'Says what is in pictures.',
    load: async () => (await import('./commands/predict.js')).addPredict,
  },
  {
    name: 'serve',
    description: 'Answers over HTTP, and on a page, what is in pictures.',
    load: async () => (await import('./commands/serve.js')).addServe,
  },
  {
    name: 'explain',
    description: 'Shows where in pictures a model sees its reasons.',
    load: async () => (await import('./commands/explain.js')).addExplain,
  },
  {
    name: 'features',
    description: "Draws what a model's layers make of a picture.",
    load: async () => (await import('./commands/features.js')).addFeatures,
  },
  {
    name: 'embed',
    description: 'Draws a map of pictures by how alike they are to a model.',
    load: async () => (await import('./commands/embed.js')).addEmbed,
  },
  {
    name: 'export',
    description: 'Writes a trained model for other programs: PyTorch, safetensors, ONNX.',
    load: async () => (await import('./commands/export.js')).addExport,
  },
  {
    name: 'import',
    description: 'Makes a model file of weights from elsewhere.',
    load: async () => (await import('./commands/import.js')).addImport,
  },
  {
    name: 'summary',
    description: 'Shows a network layer by layer: shapes, parameters, multiply-adds.',
    load: async () => (await import('./commands/summary.js')).addSummary,
  },
  {
    name: 'models',
    description: 'Lists the networks, and which trained weights there are for them.',
    load: async () => (await import('./commands/models.js')).addModels,
  },
  {
    name: 'data',
    description: 'Looks at data before training on them, and fetches them.',
    load: async () => (await import('./commands/data.js')).addData,
  },
  {
    name: 'doctor',
    description: 'Says what this machine can do and what is missing.',
    load: async () => (await import('./commands/doctor.js')).addDoctor,
  },
];

/** Runs one command; returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command('wick')
    .description('Trains, evaluates and explains image classifiers.')
    .version(version())
    .option('--verbose', 'show the stack of errors')
    .exitOverride();
  const json = jsonWanted(args);
  let running = program;
  program.hook('preAction', (_, command) => {
    running = command;
  });
  const named = args.filter((arg) => !arg.startsWith('-') && arg !== 'help')[0];
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description);
    if (name !== named) continue;
    const here = import.meta.url;
    await loadInTurn(new URL('../ops/index.js', here), () => import('../ops/index.js')); // registers the ops
    const add = await loadInTurn(new URL(`./commands/${name}.js`, here), load);
    add(command);
  }
  prepare(program, 'wick', json);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const usage = error instanceof CommanderError;
    if (usage && error.exitCode === 0) return 0; // help or version
    const verbose = program.opts().verbose === true;
    // Commander has printed its own errors, unless they are to be JSON.
    if (!usage || json) reportError(error, { json, verbose, command: running });
    return usage ? 2 : 1;
  }
}

/** Whether errors, those of parsing too, are to be JSON. */
export function jsonWanted(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}

/** Makes a command and those in it throw instead of exiting, and point at the help that lists what was misspelt. */
function prepare(command: Command, path: string, json: boolean): void {
  const lists = command.commands.length > 0 ? 'commands and options' : 'its options';
  command
    .exitOverride()
    .showHelpAfterError(`(${path} --help lists ${lists})`)
    .configureOutput({
      writeErr: (text) => {
        if (!json) process.stderr.write(printableLines(text));
      },
    });
  for (const inner of command.commands) prepare(inner, `${path} ${inner.name()}`, json);
}
