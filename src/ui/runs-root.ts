/** The runs in a folder, by their names. Only names that are there lead to a path: none of a request ever does. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../core/errors.js';
import { systemReason } from '../core/system-reason.js';
import { isMarked } from '../io/atomic.js';
import type { RunRow } from './protocol.js';
import { FollowedRun } from './run-row.js';

/** How long what has been read is new enough. */
const freshMs = 400;

export class RunsRoot {
  private readonly followed = new Map<string, FollowedRun>();
  private reading: { readonly at: number; readonly rows: Promise<readonly RunRow[]> } | null = null;

  private constructor(
    /** The folder that runs are in. */
    readonly folder: string,
    /** The only run that is shown; null where all are. */
    readonly only: string | null,
  ) {}

  /**
   * @param path a folder of runs, which may be empty, or a run
   * @param isRunFolder whether it is a run, whatever is in it yet
   * @throws DataError where it is no folder
   */
  static async open(path: string, isRunFolder = false): Promise<RunsRoot> {
    const status = await stat(path).catch((cause: unknown) => {
      throw new DataError(
        path,
        `cannot be opened (${systemReason(cause)}); wick train makes runs, in runs/ where it is not told another folder`,
        { cause },
      );
    });
    if (!status.isDirectory()) throw new DataError(path, 'is a file, a folder of runs is required');
    const whole = resolve(path);
    return isRunFolder || (await isRun(whole))
      ? new RunsRoot(dirname(whole), basename(whole))
      : new RunsRoot(whole, null);
  }

  /** The run of this name; null where there is none. */
  async find(name: string | null): Promise<FollowedRun | null> {
    await this.look();
    return this.followed.get(name ?? '') ?? null;
  }

  /** All runs, the newest first. */
  async rows(): Promise<readonly RunRow[]> {
    if (this.reading === null || performance.now() - this.reading.at > freshMs)
      this.reading = { at: performance.now(), rows: this.read() };
    return await this.reading.rows;
  }

  private async read(): Promise<readonly RunRow[]> {
    await this.look();
    const rows = await Promise.all([...this.followed.values()].map((run) => run.row()));
    return rows.sort(
      (a, b) =>
        (b.started ?? '').localeCompare(a.started ?? '') ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
  }

  private async look(): Promise<void> {
    const names = this.only === null ? await readdir(this.folder).catch(() => []) : [this.only];
    const there = new Set<string>();
    for (const name of names) {
      const path = join(this.folder, name);
      const isThere = this.only === null ? isRun : isFolder;
      if (!(await isThere(path))) continue;
      there.add(name);
      if (!this.followed.has(name)) this.followed.set(name, new FollowedRun(path));
    }
    for (const name of this.followed.keys()) if (!there.has(name)) this.followed.delete(name);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** A run, or one that is about to be: what is in training has no config.json at first. */
async function isRun(path: string): Promise<boolean> {
  const config = await stat(join(path, 'config.json')).catch(() => null);
  return config?.isFile() === true || (await isMarked(path, 'training'));
}
