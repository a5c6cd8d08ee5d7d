import { type Command, CommanderError } from 'commander';
import { WickError } from '../core/errors.js';
import { printableLines } from '../core/outside-text.js';
import { inCommandTerms } from './command-terms.js';
import { jsonLine } from './output.js';

/** How errors are told. */
export interface ErrorStyle {
  /** One JSON object per error, on a line of stderr. */
  readonly json: boolean;
  /** With the stack. */
  readonly verbose: boolean;
  /** Whose options messages speak of. */
  readonly command: Command;
}

/** What a program reads of an error. */
interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** What it is about: a file, an option, an op. */
  readonly subject?: string;
  readonly stack?: string;
}

/** Tells an error on stderr: its message, or under `--json` an object `{ error: { name, message, … } }`. */
export function reportError(error: unknown, { json, verbose, command }: ErrorStyle): void {
  const facts = factsOf(error, command);
  const stack = error instanceof Error ? error.stack : undefined;
  if (json) {
    const shown = { ...facts, ...(verbose && stack !== undefined && { stack }) };
    process.stderr.write(`${jsonLine({ error: shown })}\n`);
  } else {
    const known = error instanceof WickError && !verbose;
    const text = known ? `${facts.name}: ${facts.message}` : (stack ?? String(error));
    process.stderr.write(`${printableLines(text)}\n`);
  }
}

/** Tells an error that does not end the command, of whose exit code it makes 1. */
export function reportFailure(error: unknown, command: Command): void {
  const { json, verbose } = command.optsWithGlobals<{ json?: true; verbose?: true }>();
  reportError(error, { json: json === true, verbose: verbose === true, command });
  process.exitCode = 1;
}

function factsOf(error: unknown, command: Command): ErrorFacts {
  if (error instanceof CommanderError)
    return { name: 'UsageError', message: error.message.replace(/^error: /, '') };
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const message = inCommandTerms(error.message, command);
  const { name } = error;
  return error instanceof WickError ? { name, subject: error.subject, message } : { name, message };
}
