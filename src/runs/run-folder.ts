/**
 * A run is a folder that people and programs can read: the trainer writes it, everything else reads it.
 *
 *   config.json    everything needed to run it again        model.json     what travels with the weights
 *   metrics.jsonl  a line per epoch and split               steps.jsonl    loss and lr of every iteration
 *   times.jsonl    how long each epoch took                 summary.json   the outcome, and what people were told
 *   results.csv    the epochs as a table                    curves.svg, …  what the trainer draws (docs/report.md)
 *   steering.jsonl what was changed by hand            control.jsonl  what it is asked for while it trains
 *   checkpoints/   best.safetensors, last.safetensors: weights; state.safetensors: everything that a resume needs
 *
 * What is in metrics.jsonl, steps.jsonl and the weights is the same, byte for byte, in every run of one configuration;
 * times are elsewhere.
 */
import { mkdir, open, readdir, rm, rmdir, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../core/errors.js';
import { makeFolders } from '../core/make-folders.js';
import { readRegularFile } from '../core/regular-file.js';
import { systemReason } from '../core/system-reason.js';
import { type FolderMark, markFolder, removeLeftovers, writeFileAtomic } from '../io/atomic.js';
import { readJson } from '../io/json-file.js';
import { encodeSafetensors } from '../io/safetensors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { CheckpointStore } from '../train/callbacks/checkpoint.js';
import { encodeCheckpoint, readCheckpoint, requireWhole } from '../train/checkpoint-file.js';
import type { TrainerState } from '../train/trainer-state.js';
import { whyNoRun } from './no-run.js';
import { type LogLine, parseLog, type RunLog, runLogs } from './run-log.js';

export type RunFile = 'config.json' | 'model.json' | 'summary.json';
export type Checkpoint = 'best' | 'last';

/** Of a log that is read: two million steps. */
const maxLogBytes = 2 ** 28;

/** What tells this folder from another of the same name, put in its place meanwhile. */
type Identity = readonly [device: number, inode: number];

export class RunFolder {
  /** Files that this object has written: they are all that `discard` removes. */
  private readonly written = new Set<string>();

  /** Whether this process trains in it, or has. */
  claimed = false;

  private constructor(
    readonly path: string,
    private readonly identity: Identity,
    /** Whether there was no such folder before. */
    private readonly made: boolean,
    /** Whether a training goes on in it: what is there stays, whatever comes. */
    readonly continued = false,
  ) {}

  /** A new folder: `out`, which must be empty or absent, or the next free `runs/<name>-<n>`. */
  static async create(name: string, out?: string): Promise<RunFolder> {
    if (out !== undefined) {
      const made = (await makeFolder(out)) !== undefined;
      await removeLeftovers(out);
      const there = await readdir(out);
      if (there.length > 0)
        throw new DataError(
          out,
          `holds ${there.length} files already (${there.slice(0, 3).join(', ')}, …), a new run needs an empty folder; choose another: { out: 'FOLDER' }`,
        );
      return new RunFolder(out, await identityOf(out), made);
    }
    await makeFolder('runs');
    for (let n = 1; ; n++) {
      const path = join('runs', `${name}-${n}`);
      try {
        await mkdir(path); // Fails if another run took the number meanwhile.
      } catch (cause) {
        if (isCode(cause, 'EEXIST')) continue;
        throw notWritable(path, cause);
      }
      return new RunFolder(path, await identityOf(path), true);
    }
  }

  /** An existing run; one that is open already is itself. @throws DataError when the folder is not one, naming runs that are there */
  static async open(path: RunFolder | string): Promise<RunFolder> {
    if (path instanceof RunFolder) return path;
    let files: string[];
    try {
      files = await readdir(path);
    } catch (cause) {
      throw new DataError(path, await whyNoRun(path, `cannot be opened (${systemReason(cause)})`), {
        cause,
      });
    }
    if (!files.includes('model.json'))
      throw new DataError(path, await whyNoRun(path, 'is not a run folder: model.json is missing'));
    const run = new RunFolder(path, await identityOf(path), false);
    for (const folder of [path, run.file('checkpoints')]) await removeLeftovers(folder);
    return run;
  }

  /** The folder of a training that is to go on. @throws DataError when it is none, naming runs that are there */
  static async reopen(path: string): Promise<RunFolder> {
    const run = new RunFolder(path, await identityOf(path).catch(fail), false, true);
    if (!(await isThere(run.file('config.json'))))
      throw new DataError(
        path,
        await whyNoRun(path, 'is no run that can go on: config.json is missing'),
      );
    for (const folder of [path, run.file('checkpoints')]) await removeLeftovers(folder);
    return run;

    async function fail(cause: unknown): Promise<never> {
      throw new DataError(path, await whyNoRun(path, `cannot be opened (${systemReason(cause)})`), {
        cause,
      });
    }
  }

  get name(): string {
    return basename(this.path);
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  checkpoint(which: Checkpoint): string {
    return this.file('checkpoints', `${which}.safetensors`);
  }

  /** The file with everything that a resume needs; null where a run ended before it saved any. */
  async state(): Promise<string | null> {
    const path = this.statePath;
    return (await isThere(path)) ? path : null;
  }

  private get statePath(): string {
    return this.file('checkpoints', 'state.safetensors');
  }

  /** The best weights that there are: those of the last epoch where a run ended before it had saved its best. */
  async bestCheckpoint(): Promise<Checkpoint> {
    for (const which of ['best', 'last'] as const)
      if (await isThere(this.checkpoint(which))) return which;
    throw new DataError(
      this.path,
      `has no weights: the run ended before it saved any; wick train --resume ${this.path} goes on with it`,
    );
  }

  /** Whether there is something to keep: weights or a state that this object has saved, or a run from before. */
  async hasWeights(): Promise<boolean> {
    if (this.continued) return true;
    for (const path of [this.checkpoint('last'), this.statePath])
      if (this.written.has(path) && (await isThere(path))) return true;
    return false;
  }

  /** Removes what this object has written, and the folder if it has made it and nothing of others is in it. */
  async discard(): Promise<void> {
    for (const path of this.written) await rm(path, { force: true });
    this.written.clear();
    for (const folder of [this.file('checkpoints'), ...(this.made ? [this.path] : [])])
      await rmdir(folder).catch(() => {}); // Not there, or not empty.
  }

  /** Writes a JSON file, whole or not at all. */
  async write(file: RunFile, content: object): Promise<void> {
    await this.writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  }

  /** Writes any other file, whole or not at all. */
  async writeFile(file: string, content: string | Uint8Array): Promise<void> {
    await this.writeWhole(this.file(file), typeof content === 'string' ? content : [content]);
  }

  /** Writes files by their names, each whole or not at all. */
  async writeFiles(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [file, content] of Object.entries(files)) await this.writeFile(file, content);
  }

  /** Keeps other processes from training in it. @throws DataError where one does */
  async claim(): Promise<FolderMark> {
    const mark = await markFolder(this.path, 'training').catch((cause) => {
      throw notWritable(this.path, cause);
    });
    this.claimed ||= typeof mark !== 'number';
    if (typeof mark !== 'number') return mark;
    throw new DataError(
      this.path,
      `process ${mark} trains in it, and two would spoil it; wait until it has ended, or end it`,
    );
  }

  /** Saves the same weights under one or both names, each whole or not at all. */
  async saveWeights(
    names: readonly Checkpoint[],
    weights: ReadonlyMap<string, Tensor>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    const bytes = await encodeSafetensors(weights, metadata);
    await this.makeCheckpoints();
    for (const name of names) await this.writeWhole(this.checkpoint(name), bytes);
  }

  /** Where `train.Checkpoint` keeps the state of the training. */
  get checkpoints(): CheckpointStore {
    return {
      save: (state) => this.saveState(state),
      load: () => readCheckpoint(this.statePath),
    };
  }

  /** Saves the state of a training; the one before stays until this one has been read back. */
  async saveState(state: TrainerState): Promise<void> {
    const bytes = await encodeCheckpoint(state);
    await this.makeCheckpoints();
    await this.writeWhole(this.statePath, bytes, requireWhole);
  }

  private async makeCheckpoints(): Promise<void> {
    await this.whileThere(() =>
      mkdir(this.file('checkpoints')).catch((cause) => {
        if (!isCode(cause, 'EEXIST')) throw notWritable(this.file('checkpoints'), cause);
      }),
    );
  }

  /** How long the logs are, in bytes. */
  async logSizes(): Promise<number[]> {
    return await Promise.all(
      runLogs.map((log) =>
        stat(this.file(log)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
  }

  /** Cuts the logs to what they were at a checkpoint. @throws DataError where one is shorter than that */
  async cutLogs(sizes: readonly number[]): Promise<void> {
    const now = await this.logSizes();
    await this.requireThere();
    for (const [i, log] of runLogs.entries()) {
      const [size = 0, found = 0] = [sizes[i], now[i]];
      if (found < size)
        throw new DataError(
          this.file(log),
          `has ${found} bytes, ${size} when the checkpoint was made: lines are missing; restore the file`,
        );
      if (found > size) await truncate(this.file(log), size);
    }
  }

  /** Adds lines to a log, each one JSON object: all of them or none. */
  async append<L extends RunLog>(log: L, lines: readonly LogLine<L>[]): Promise<void> {
    if (lines.length === 0) return;
    await this.appendBytes(log, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Adds to any file: all of the content or nothing. */
  async appendBytes(file: string, content: string | Uint8Array): Promise<void> {
    const path = this.file(file);
    await this.whileThere(async () => {
      this.written.add(path);
      await appendWhole(path, content).catch((cause) => {
        throw notWritable(path, cause);
      });
    });
  }

  private async writeWhole(
    path: string,
    content: string | readonly Uint8Array[],
    check?: (temporary: string) => Promise<void>,
  ): Promise<void> {
    await this.whileThere(async () => {
      this.written.add(path);
      await writeFileAtomic(path, content, { makeFolders: false, ...(check && { check }) });
    });
  }

  /** Writes something; where that fails because the folder goes at this moment, it is said of the folder. */
  private async whileThere(write: () => Promise<unknown>): Promise<void> {
    await this.requireThere();
    try {
      await write();
    } catch (error) {
      await this.requireThere();
      throw error;
    }
  }

  /** Throws when the folder is no longer the one that `create` made: what is written then would be a part of a run. */
  private async requireThere(): Promise<void> {
    const now = await identityOf(this.path).catch(() => null);
    const same = now?.every((part, i) => part === this.identity[i]);
    const model = this.file('model.json');
    if (!same || (this.written.has(model) && !(await isThere(model))))
      throw new DataError(
        this.path,
        'was removed, emptied or replaced while the run went on; nothing more can be saved in it',
      );
  }

  /** Whether a file is there. */
  async has(file: RunFile): Promise<boolean> {
    return await isThere(this.file(file));
  }

  /** Reads a JSON file. @throws DataError when it is missing or not JSON */
  async read(file: RunFile): Promise<unknown> {
    return await readJson(this.file(file));
  }

  /** Reads a log, empty where it is not there; a last line that a killed run left unfinished is left out. */
  async readLog<L extends RunLog>(log: L): Promise<LogLine<L>[]> {
    const path = this.file(log);
    if (!(await isThere(path))) return [];
    return parseLog(path, log, (await readRegularFile(path, maxLogBytes)).toString('utf8'));
  }
}

/** Makes a folder and those above it; returns the first that was made. */
async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await makeFolders(path);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

async function identityOf(path: string): Promise<Identity> {
  const { dev, ino } = await stat(path);
  return [dev, ino];
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Adds to a file; where that fails midway, the file is as it was. */
async function appendWhole(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'a');
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(content);
      await file.sync(); // a checkpoint that comes after it counts on it
    } catch (cause) {
      await file.truncate(size);
      throw cause;
    }
  } finally {
    await file.close();
  }
}

function notWritable(path: string, cause: unknown): DataError {
  return new DataError(path, `cannot be written (${systemReason(cause)})`, { cause });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
