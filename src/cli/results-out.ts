import { extname } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomic } from '../io/atomic.js';
import { printLine } from './output.js';
import { reportFailure } from './report-error.js';

export type ResultFormat = 'text' | 'json' | 'csv';

/** Options of commands that tell a line for each of many things. */
export interface ResultOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly out?: string;
}

/** The form that is asked for, by an option or by the ending of the file; another ending is a mistake in the command. */
export function resultFormat({ json, csv, out }: ResultOptions, command: Command): ResultFormat {
  if (json === true) return 'json';
  if (csv === true) return 'csv';
  if (out === undefined) return 'text';
  return (
    formatOfEnding[extname(out).toLowerCase()] ??
    command.error(`error: --out '${out}' must end in .csv, .json, .jsonl or .txt`)
  );
}

const formatOfEnding: Readonly<Record<string, ResultFormat>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.jsonl': 'json',
  '.txt': 'text',
};

/**
 * Writes a page or a picture of what is printed, too. Where that cannot be, it is told, and null given instead of the path: what
 * was found by long work is not lost for it.
 */
export async function writeBeside(
  path: string,
  content: string,
  command: Command,
): Promise<string | null> {
  try {
    await writeFileAtomic(path, content);
    return path;
  } catch (error) {
    reportFailure(error, command);
    return null;
  }
}

/** Where lines go: to stdout at once, or into a file that is written whole at the end. */
export class ResultLines {
  private readonly lines: string[] = [];

  constructor(private readonly out: string | undefined) {}

  add(line: string): void {
    if (this.out === undefined) printLine(line);
    else this.lines.push(`${line}\n`);
  }

  /** Writes the file, if there is to be one. */
  async end(): Promise<void> {
    if (this.out !== undefined) await writeFileAtomic(this.out, this.lines.join(''));
  }
}
