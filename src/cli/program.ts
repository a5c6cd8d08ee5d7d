/** The command line: one file per command in `commands/`; this one parses, and turns errors into messages and exit codes. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { WickError } from '../core/errors.js';
import { version } from './version.js';

interface Entry {
  readonly name: string;
  readonly description: string;
  /** What adds its arguments, options and action. */
  load(): Promise<(command: Command) => void>;
}

/** Only the command that is named is loaded, so that `wick --help` answers at once. */
const commands: readonly Entry[] = [
  {
    name: 'train',
    description: 'Trains a classifier and writes a run folder.',
    load: async () => (await import('./commands/train.js')).addTrain,
  },
  {
    name: 'evaluate',
    description: 'Measures the best model of a run on its test set.',
    load: async () => (await import('./commands/evaluate.js')).addEvaluate,
  },
  {
    name: 'predict',
    description: 'Says what is in pictures.',
    load: async () => (await import('./commands/predict.js')).addPredict,
  },
  {
    name: 'summary',
    description: 'Shows a network layer by layer: shapes, parameters, multiply-adds.',
    load: async () => (await import('./commands/summary.js')).addSummary,
  },
  {
    name: 'data',
    description: 'Looks at data before training on them, and fetches them.',
    load: async () => (await import('./commands/data.js')).addData,
  },
  {
    name: 'setup',
    description: 'Finds the library that makes training fast, or fetches it.',
    load: async () => (await import('./commands/setup.js')).addSetup,
  },
  {
    name: 'doctor',
    description: 'Says what this machine can do and what is missing.',
    load: async () => (await import('./commands/doctor.js')).addDoctor,
  },
];

/** Loads a module and all that it imports, a file at a time: import() opens hundreds at once, and not everywhere may so many be open. */
const loadInTurn = createRequire(import.meta.url);

/** Runs one command; returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command('wick')
    .description('Trains, evaluates and explains image classifiers.')
    .version(version())
    .option('--verbose', 'show the stack of errors')
    .showHelpAfterError('(wick --help lists commands and options)')
    .exitOverride();
  const named = args.filter((arg) => !arg.startsWith('-') && arg !== 'help')[0];
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description);
    if (name !== named) continue;
    loadInTurn('../ops/index.js'); // registers the ops
    loadInTurn(`./commands/${name}.js`);
    (await load())(command);
  }
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // Already printed.
    report(error, program.opts().verbose === true);
    return 1;
  }
}

function report(error: unknown, verbose: boolean): void {
  if (verbose && error instanceof Error) console.error(error.stack);
  else if (error instanceof WickError) console.error(`${error.name}: ${error.message}`);
  else console.error(error);
}
