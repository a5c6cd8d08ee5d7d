import type { Command } from 'commander';
import { WickError } from '../../core/errors.js';
import { engineReport, preferEngine } from '../../engine/select.js';
import {
  libraryEngine,
  type SetupOutcome,
  setUpLibrary,
  whatSetupDoes,
} from '../../engine/setup.js';
import { engineNote, engineRows } from '../engine-facts.js';
import { interruptible } from '../interrupts.js';
import { jsonOption } from '../options.js';
import { formatTable, printAside, printJson, printLine } from '../output.js';
import { reportFailure } from '../report-error.js';

interface SetupOptions {
  readonly force?: true;
  readonly json?: true;
}

export function addSetup(command: Command): void {
  command
    .option('--force', 'fetch it even where there is one that works')
    .addOption(jsonOption())
    .addHelpText('after', `\n${whatSetupDoes}`)
    .action(setup);
}

async function setup(options: SetupOptions, command: Command): Promise<void> {
  const json = options.json === true;
  const work = async (signal: AbortSignal) => {
    try {
      return await setUpLibrary({
        force: options.force === true,
        say: json ? () => {} : printLine,
        signal, // What was fetched is removed.
      });
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  };
  const { result: outcome, interruption } = await interruptible(work);
  if (outcome === null) {
    const text = `stopped (${interruption?.cause}): nothing was changed`;
    if (json) reportFailure(new WickError('setup', text), command);
    else printAside(text);
    process.exitCode = interruption?.exitCode ?? 1;
    return;
  }
  preferEngine(libraryEngine);
  const engine = engineReport();
  if (json) printJson({ ...outcome, engine });
  else printOutcome(outcome, engine);
}

function printOutcome(outcome: SetupOutcome, engine: ReturnType<typeof engineReport>): void {
  printLine(
    outcome.action === 'found'
      ? `There is a library that works: nothing to do.`
      : `It works, and is in ${outcome.folder}. Nothing else was changed: removing that folder undoes it.`,
  );
  printLine();
  for (const line of formatTable(engineRows(engine), 2)) printLine(line);
  const note = engineNote(engine);
  if (note !== undefined) printLine(note);
}
