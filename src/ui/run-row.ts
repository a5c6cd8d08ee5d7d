/** What the table of runs says of one, whatever has become of it, from files that are small or read from their end. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { WickError } from '../core/errors.js';
import { isMarked } from '../io/atomic.js';
import { checkJson, readJson } from '../io/json-file.js';
import { bestLine, heldOutLines } from '../runs/best-epoch.js';
import { parseLog } from '../runs/run-log.js';
import { LogTail, openLog } from './log-tail.js';
import type { RunRow, RunRowState } from './protocol.js';

const count = z.int().nonnegative();

const configSchema = z.looseObject({
  recipe: z.string(),
  started: z.string().nullable().catch(null),
  settings: z.looseObject({
    epochs: count,
    batchSize: count.catch(0),
    bestBy: z.enum(['accuracy', 'balancedAccuracy', 'loss']).nullable().catch(null),
    loss: z.looseObject({ classWeights: z.unknown() }).catch({ classWeights: null }),
    loader: z.looseObject({ dropLast: z.boolean() }).catch({ dropLast: false }),
    data: z.looseObject({ path: z.string().nullable() }).catch({ path: null }),
  }),
  data: z.looseObject({ train: count.catch(0) }),
});

const modelSchema = z.looseObject({ architecture: z.looseObject({ name: z.string() }) });

const summarySchema = z.looseObject({
  epochs: count,
  durationMs: z.number(),
  interrupted: z.boolean(),
  stopReason: z.string().nullable(),
  test: z.looseObject({ accuracy: z.number() }).nullable(),
  failed: z.string().optional(),
});

type Summary = z.infer<typeof summarySchema>;

/** The end of a log of steps in which its last line is. */
const lastBytes = 4096;

/** Follows one run. */
export class FollowedRun {
  private metrics: LogTail<'metrics.jsonl'>;
  private times: LogTail<'times.jsonl'>;
  private lines: Awaited<ReturnType<LogTail<'metrics.jsonl'>['read']>>['lines'] = [];
  private durations: readonly number[] = [];
  private reading: Promise<RunRow> | null = null;
  private readonly json = new Map<string, { readonly stamp: string; readonly content: unknown }>();

  constructor(readonly path: string) {
    this.metrics = new LogTail(join(path, 'metrics.jsonl'), 'metrics.jsonl');
    this.times = new LogTail(join(path, 'times.jsonl'), 'times.jsonl');
  }

  /** What there is of it now. */
  row(): Promise<RunRow> {
    this.reading ??= this.readUnlessDamaged().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async readUnlessDamaged(): Promise<RunRow> {
    try {
      return await this.read();
    } catch (error) {
      if (!(error instanceof WickError)) throw error;
      return { ...emptyRow(basename(this.path)), state: 'unreadable', reason: error.message };
    }
  }

  private async read(): Promise<RunRow> {
    const running = await isMarked(this.path, 'training');
    const config = await this.jsonOf('config.json', configSchema);
    const name = basename(this.path);
    if (config === null) return { ...emptyRow(name), state: running ? 'running' : 'died' };
    const { recipe, settings, data, started } = config;
    const model = await this.jsonOf('model.json', modelSchema);
    const summary = await this.jsonOf('summary.json', summarySchema);
    await this.readLogs();
    const heldOut = heldOutLines(this.lines);
    const best = bestLine(
      heldOut,
      settings.bestBy ?? (settings.loss.classWeights === null ? 'accuracy' : 'balancedAccuracy'),
    );
    const done = heldOut.at(-1)?.epoch ?? 0;
    const last = await lastStep(join(this.path, 'steps.jsonl'));
    const round = settings.loader.dropLast ? Math.floor : Math.ceil;
    const perEpoch = Math.max(1, round(data.train / Math.max(1, settings.batchSize)));
    const trained = this.durations.reduce((sum, ms) => sum + ms, 0);
    const sorted = [...this.durations].sort((a, b) => a - b);
    const usual = sorted[sorted.length >> 1];
    const within =
      last !== null && last.epoch > done ? Math.min(1, last.step / perEpoch - done) : 0;
    const state = running ? 'running' : stateOf(summary, done, settings.epochs);
    return {
      name,
      state,
      reason: state === 'failed' ? (summary?.failed ?? null) : null,
      recipe: recipe === 'folder' && settings.data.path ? basename(settings.data.path) : recipe,
      model: model?.architecture.name ?? '',
      epochs: { done, planned: settings.epochs },
      within: Math.max(0, within),
      best: best && { epoch: best.epoch, accuracy: best.accuracy, split: best.split },
      test:
        state === 'finished' && best?.split === 'val' ? (summary?.test?.accuracy ?? null) : null,
      lr: last?.lr ?? null,
      durationMs: state === 'finished' && summary !== null ? summary.durationMs : trained,
      leftMs:
        running && usual !== undefined
          ? Math.max(0, (settings.epochs - done - Math.max(0, within)) * usual)
          : null,
      started,
    };
  }

  private async readLogs(): Promise<void> {
    for (;;) {
      const { reset, lines, more } = await this.metrics.read();
      this.lines = reset ? lines : [...this.lines, ...lines];
      if (!more) break;
    }
    for (;;) {
      const { reset, lines, more } = await this.times.read();
      const fresh = lines.map(({ durationMs }) => durationMs);
      this.durations = reset ? fresh : [...this.durations, ...fresh];
      if (!more) break;
    }
  }

  /** A file's content, read anew where it is another; null where there is none. */
  private async jsonOf<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
    const path = join(this.path, file);
    const status = await stat(path).catch(() => null);
    if (status === null) return null;
    const stamp = `${status.ino} ${status.mtimeMs} ${status.size}`;
    const known = this.json.get(file);
    if (known?.stamp === stamp) return known.content as T; // by the same schema
    const content = checkJson(path, schema, await readJson(path), 'the run may be damaged');
    this.json.set(file, { stamp, content });
    return content;
  }
}

/** What nobody trains in any more. A summary may be of before a run went on: then the logs have more epochs than it. */
function stateOf(summary: Summary | null, done: number, planned: number): RunRowState {
  if (summary === null || summary.epochs < done) return 'died';
  if (summary.failed !== undefined) return 'failed';
  if (summary.interrupted) return 'stopped';
  return summary.stopReason === null && done < planned ? 'died' : 'finished';
}

async function lastStep(path: string) {
  const file = await openLog(path);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, lastBytes));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    const whole = bytes.toString('utf8').split('\n').slice(0, -1);
    const line = whole.at(-1);
    if (line === undefined || (whole.length === 1 && size > lastBytes)) return null;
    return parseLog(path, 'steps.jsonl', `${line}\n`)[0] ?? null;
  } finally {
    await file.close();
  }
}

function emptyRow(name: string): RunRow {
  return {
    name,
    state: 'died',
    reason: null,
    recipe: '',
    model: '',
    epochs: { done: 0, planned: 0 },
    within: 0,
    best: null,
    test: null,
    lr: null,
    durationMs: 0,
    leftMs: null,
    started: null,
  };
}
