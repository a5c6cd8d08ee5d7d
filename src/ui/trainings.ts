/** Trainings that a page has started: each a process of its own, which goes on when this server has gone. */
import { spawn } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../core/make-folders.js';
import { readRegularFile } from '../core/regular-file.js';
import { HttpError } from '../serve/shell/http-error.js';
import { modelNames } from '../vision/models/registry.js';
import type { StartedTraining } from './protocol.js';
import type { Upload } from './uploads.js';

/** What a page may choose, and nothing else: options of `wick train` by their names. */
export const trainingOptions = z.strictObject({
  epochs: z.int().min(1).max(10_000).optional(),
  lr: z.number().positive().max(100).optional(),
  batchSize: z.int().min(1).max(4096).optional(),
  imageSize: z.int().min(8).max(512).optional(),
  model: z.enum(modelNames as [string, ...string[]]).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
});

export type TrainingOptions = z.infer<typeof trainingOptions>;

/** Trainings of this server's that go on at once: they share the machine's cores. */
const mostAtOnce = 2;

/** Of a log, where it is told. */
const mostLogBytes = 2 ** 20;
const lastLines = 12;

interface Started {
  readonly log: string;
  ended: boolean;
}

export class Trainings {
  private readonly started = new Map<string, Started>();

  constructor(
    /** The program and the arguments that are `wick`. */
    private readonly command: readonly [string, ...string[]],
    private readonly runs: string,
    private readonly logs: string,
  ) {}

  /** Starts one; returns the name of its run. */
  async start(upload: Upload, options: TrainingOptions): Promise<string> {
    const [name, training] = await this.take(upload.name);
    try {
      await this.run(upload, name, training, options);
      return name;
    } catch (error) {
      this.started.delete(name);
      throw error;
    }
  }

  private async run(
    upload: Upload,
    name: string,
    training: Started,
    options: TrainingOptions,
  ): Promise<void> {
    await makeFolders(this.logs);
    const chosen = Object.entries(options).flatMap(([key, value]) => [
      `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(value),
    ]);
    const [program, ...before] = this.command;
    const out = join(this.runs, name);
    const args = [...before, 'train', upload.path, '--out', out, '--on-error', 'skip', ...chosen];
    const { WICK_TOKEN: _, ...env } = process.env;
    const file = await open(training.log, 'w');
    try {
      const child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', file.fd, file.fd],
        env: { ...env, NO_COLOR: '1' },
      });
      const end = () => {
        training.ended = true;
      };
      child.on('exit', end).on('error', end);
      child.unref();
    } finally {
      await file.close();
    }
  }

  /** What has become of one that is not among the runs yet. @throws HttpError 404 */
  async state(name: string): Promise<StartedTraining> {
    const training = this.started.get(name);
    if (training === undefined) throw new HttpError(404, 'there is no such training');
    if ((await stat(join(this.runs, name, 'config.json')).catch(() => null)) !== null)
      return { state: 'begun', log: '' };
    const text = await readRegularFile(training.log, mostLogBytes).catch(() => '');
    const log = text.toString().trimEnd().split('\n').slice(-lastLines).join('\n');
    return { state: training.ended ? 'failed' : 'starting', log };
  }

  /** A name that no run has, which nobody else gets. @throws HttpError 409 where enough go on */
  private async take(of: string): Promise<readonly [string, Started]> {
    for (let n = 1; ; n++) {
      const name = `${of}-${n}`;
      const there = await stat(join(this.runs, name)).catch(() => null);
      if (there !== null || this.started.has(name)) continue;
      const going = [...this.started.values()].filter(({ ended }) => !ended);
      if (going.length >= mostAtOnce)
        throw new HttpError(409, `${mostAtOnce} trainings go on already; wait, or stop one`);
      const training: Started = { log: join(this.logs, `${name}.log`), ended: false };
      this.started.set(name, training);
      return [name, training];
    }
  }
}
