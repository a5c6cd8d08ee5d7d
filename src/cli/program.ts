/** The command line: one file per command in `commands/`; this one parses, and turns errors into messages and exit codes. */
import { Command, CommanderError } from 'commander';
import { WickError } from '../core/errors.js';
import '../ops/index.js'; // registers the ops
import { addData } from './commands/data.js';
import { addDoctor } from './commands/doctor.js';
import { addEvaluate } from './commands/evaluate.js';
import { addPredict } from './commands/predict.js';
import { addSummary } from './commands/summary.js';
import { addTrain } from './commands/train.js';
import { version } from './version.js';

/** Runs one command; returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runCli(args: readonly string[]): Promise<number> {
  const program = new Command('wick')
    .description('Trains, evaluates and explains image classifiers.')
    .version(version())
    .option('--verbose', 'show the stack of errors')
    .showHelpAfterError('(wick --help lists commands and options)')
    .exitOverride();
  for (const add of [addTrain, addEvaluate, addPredict, addSummary, addData, addDoctor])
    add(program);
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
