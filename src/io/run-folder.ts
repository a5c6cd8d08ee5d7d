/**
 * A run is a folder that people and programs can read: the trainer writes it, everything else reads it.
 *
 *   config.json    everything needed to run it again        model.json     what travels with the weights
 *   metrics.jsonl  a line per epoch and split               steps.jsonl    loss and lr of every iteration
 *   checkpoints/   best.safetensors, last.safetensors       summary.json   the outcome     curves.svg
 */
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../core/errors.js';
import { reason, writeFileAtomic } from './atomic.js';
import { readJson } from './json-file.js';

export type RunFile = 'config.json' | 'model.json' | 'summary.json';
export type RunLog = 'metrics.jsonl' | 'steps.jsonl';

export class RunFolder {
  private constructor(readonly path: string) {}

  /** A new folder: `out`, which must be empty or absent, or the next free `runs/<name>-<n>`. */
  static async create(name: string, out?: string): Promise<RunFolder> {
    if (out !== undefined) {
      await makeFolder(out);
      const there = await readdir(out);
      if (there.length > 0)
        throw new DataError(
          out,
          `holds ${there.length} files already (${there.slice(0, 3).join(', ')}, …), a new run needs an empty folder; choose another --out`,
        );
      return new RunFolder(out);
    }
    await makeFolder('runs');
    for (let n = 1; ; n++) {
      const path = join('runs', `${name}-${n}`);
      try {
        await mkdir(path); // Fails if another run took the number meanwhile.
        return new RunFolder(path);
      } catch (cause) {
        if (!isCode(cause, 'EEXIST')) throw notWritable(path, cause);
      }
    }
  }

  /** An existing run. @throws DataError when the folder is not one, naming runs that are there */
  static async open(path: string): Promise<RunFolder> {
    const folder = new RunFolder(path);
    let files: string[];
    try {
      files = await readdir(path);
    } catch (cause) {
      throw new DataError(path, `cannot be opened (${reason(cause)})${await others()}`, { cause });
    }
    if (!files.includes('model.json'))
      throw new DataError(path, `is not a run folder: model.json is missing${await others()}`);
    return folder;
  }

  get name(): string {
    return basename(this.path);
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  checkpoint(which: 'best' | 'last'): string {
    return this.file('checkpoints', `${which}.safetensors`);
  }

  /** Removes this run, which `create` has made, if no epoch of it was finished: it came to nothing. */
  async discardIfEmpty(): Promise<void> {
    const done = await readdir(this.file('checkpoints')).catch(() => []);
    if (done.length === 0) await rm(this.path, { recursive: true, force: true });
  }

  /** Writes a JSON file, whole or not at all. */
  async write(file: RunFile, content: object): Promise<void> {
    await writeFileAtomic(this.file(file), `${JSON.stringify(content, null, 2)}\n`);
  }

  async writeText(file: string, content: string): Promise<void> {
    await writeFileAtomic(this.file(file), content);
  }

  /** Adds lines to a log, each one JSON object. */
  async append(log: RunLog, lines: readonly object[]): Promise<void> {
    if (lines.length === 0) return;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    try {
      await appendFile(this.file(log), text);
    } catch (cause) {
      throw notWritable(this.file(log), cause);
    }
  }

  /** Reads a JSON file. @throws DataError when it is missing or not JSON */
  async read(file: RunFile): Promise<unknown> {
    return await readJson(this.file(file));
  }

  /** Reads a log; a last line that a killed run left unfinished is left out. */
  async readLog(log: RunLog): Promise<unknown[]> {
    const text = await readFile(this.file(log), 'utf8').catch(() => '');
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

function notWritable(path: string, cause: unknown): DataError {
  return new DataError(path, `cannot be written (${reason(cause)})`, { cause });
}

async function others(): Promise<string> {
  const names = await readdir('runs').catch(() => []);
  if (names.length === 0) return '; wick train makes one';
  return `; here are ${names
    .slice(-3)
    .map((name) => join('runs', name))
    .join(', ')}`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
