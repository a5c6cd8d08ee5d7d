/**
 * A study is a folder:
 *
 *   study.json     everything that its trials depend on     trials.jsonl   a line for each trial that has ended
 *   trials/003/    the run folder of a trial, or 003-1, 003-2, … of its seeds
 *   elapsed.json   the time that it has taken so far        best.yaml      the best settings, for wick train --config
 *
 * trials.jsonl and the runs are the same, byte for byte, however often the study was interrupted. A trial whose line is not there yet
 * goes on from what its run has.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/errors.js';
import { makeFolders } from '../../core/make-folders.js';
import { readRegularFile } from '../../core/regular-file.js';
import { type FolderMark, markFolder, removeLeftovers, writeFileAtomic } from '../../io/atomic.js';
import { checkJson, readJson } from '../../io/json-file.js';
import { RunFolder } from '../run-folder.js';
import { readDefinition, type StudyDefinition } from './study-definition.js';
import { formatRecords, parseRecords, type TrialRecord } from './trial-record.js';

/** Of trials.jsonl: ten thousand trials of a hundred seeds. */
const maxBytes = 2 ** 27;

const elapsedSchema = z.object({ seconds: z.number().nonnegative() });

export class StudyFolder {
  private constructor(
    readonly path: string,
    readonly definition: StudyDefinition,
  ) {}

  /** A new study: in `out`, which must be empty or absent, or in the next free `runs/<name>-tune-<n>`. */
  static async create(
    name: string,
    definition: StudyDefinition,
    out?: string,
  ): Promise<StudyFolder> {
    const { path } = await RunFolder.create(`${name}-tune`, out);
    await makeFolders(join(path, 'trials'));
    const study = new StudyFolder(path, definition);
    await study.write('study.json', `${JSON.stringify(definition, null, 2)}\n`);
    return study;
  }

  /** @throws DataError when it is no study, or a damaged one */
  static async open(path: string): Promise<StudyFolder> {
    const file = join(path, 'study.json');
    if (!(await isThere(file)))
      throw new DataError(path, 'is no study: study.json is missing; wick tune makes one');
    await removeLeftovers(path);
    return new StudyFolder(path, await readDefinition(file));
  }

  /** The same with some of the definition changed, which is written down. */
  async with(changes: Partial<StudyDefinition>): Promise<StudyFolder> {
    if (Object.keys(changes).length === 0) return this;
    const study = new StudyFolder(this.path, { ...this.definition, ...changes });
    await study.write('study.json', `${JSON.stringify(study.definition, null, 2)}\n`);
    return study;
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /** The run folder of a trial's training, by the place of its seed. */
  runOf(trial: number, seed: number): string {
    const number = String(trial).padStart(3, '0');
    const { seeds } = this.definition;
    return this.file('trials', seeds === 1 ? number : `${number}-${seed + 1}`);
  }

  /** Keeps other processes from going on with it. @throws DataError where one does */
  async claim(): Promise<FolderMark> {
    const mark = await markFolder(this.path, 'tuning');
    if (typeof mark !== 'number') return mark;
    throw new DataError(
      this.path,
      `process ${mark} works on it; wait until it has ended, or end it`,
    );
  }

  /** What became of the jobs that have ended. */
  async records(): Promise<TrialRecord[]> {
    const path = this.file('trials.jsonl');
    if (!(await isThere(path))) return [];
    return parseRecords(path, (await readRegularFile(path, maxBytes)).toString('utf8'));
  }

  async saveRecords(records: readonly TrialRecord[]): Promise<void> {
    await this.write('trials.jsonl', formatRecords(records));
  }

  /** Seconds that the study has taken, over all of its processes. */
  async elapsed(): Promise<number> {
    const path = this.file('elapsed.json');
    if (!(await isThere(path))) return 0;
    const { seconds } = checkJson(path, elapsedSchema, await readJson(path), 'remove it');
    return seconds;
  }

  async saveElapsed(seconds: number): Promise<void> {
    await this.write('elapsed.json', `${JSON.stringify({ seconds: Math.round(seconds) })}\n`);
  }

  /** Writes a file, whole or not at all. */
  async write(file: string, content: string): Promise<void> {
    await writeFileAtomic(this.file(file), content);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
