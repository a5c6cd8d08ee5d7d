/** What a comparison reads of a run, whatever has become of it. */
import { z } from 'zod';
import type { Interval } from '../../metrics/bootstrap.js';
import { wilson } from '../../metrics/wilson.js';
import type { CodeRecord } from '../../recipes/file/load-recipe.js';
import type { Settings } from '../../recipes/settings/schema.js';
import { bestLine, type HeldOutLine, heldOutLines } from '../best-epoch.js';
import { flat } from '../differences.js';
import { judgedBy } from '../judged.js';
import { readStoredCard, type StoredCard } from '../model-source.js';
import { type RunConfig, readRunConfig } from '../run-config.js';
import { RunFolder } from '../run-folder.js';
import type { LogLine } from '../run-log.js';
import { type RunSummary, readRunSummary } from '../run-summary.js';
import { readSteering, steeringText } from '../steering/steering-log.js';
import { networkOfStored } from '../stored-network.js';

/** `unfinished`: it trains, or was killed; `stopped`: by a signal. */
export type RunState = 'ended' | 'stopped' | 'failed' | 'unfinished';

/** Accuracy of the best weights, 0–1, and what it would be on other pictures of the same kind, with 95 % confidence. */
export interface MeasuredAccuracy extends Interval {
  readonly split: 'val' | 'test';
  /** Pictures that it was measured on. */
  readonly samples: number;
}

export interface ComparedRun {
  /** The folder as it was given. */
  readonly path: string;
  readonly state: RunState;
  /** Why it failed. */
  readonly reason?: string;
  readonly recipe: string;
  /** The recipe file, where it was one. */
  readonly code?: CodeRecord;
  readonly classes: readonly string[];
  readonly epochs: { readonly done: number; readonly planned: number };
  /** The epoch whose weights are the best; null before the first has ended. */
  readonly bestEpoch: number | null;
  /** On what chose the best weights. */
  readonly accuracy: MeasuredAccuracy | null;
  /** Of the best weights on the test set; null where that was not measured yet. */
  readonly test: MeasuredAccuracy | null;
  readonly durationMs: number;
  /** The median over epochs; null before the first has ended. */
  readonly imagesPerSecond: number | null;
  /** null for a network that a recipe file makes. */
  readonly parameters: number | null;
  /** By their keys, `optimizer.lr`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Engine, threads and version. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** Lengths and fingerprints of the splits. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What was changed by hand while it trained; empty where nothing was. */
  readonly steered: string;
  /** After each epoch. */
  readonly curve: readonly HeldOutLine[];
}

/** @throws DataError for what is no run, or a damaged one */
export async function readRun(path: string): Promise<ComparedRun> {
  const run = await RunFolder.open(path);
  const [config, stored, summary, lines, times] = await Promise.all([
    readRunConfig(run),
    readStoredCard(run),
    readRunSummary(run),
    run.readLog('metrics.jsonl'),
    run.readLog('times.jsonl'),
  ]);
  const curve = heldOutLines(lines);
  const best = bestLine(curve, judgedBy(judge(config)));
  const accuracy = best && measured(best.accuracy, best.split, config);
  const done = curve.at(-1)?.epoch ?? 0;
  const state = stateOf(summary, done, Number(config.settings.epochs));
  const { failed } = summary ?? {};
  return {
    path,
    state,
    ...(state === 'failed' && failed !== undefined && { reason: failed }),
    recipe: config.recipe,
    ...(config.code && { code: config.code }),
    classes: stored.card.classes,
    epochs: { done, planned: Number(config.settings.epochs) },
    bestEpoch: best?.epoch ?? null,
    accuracy,
    test: accuracy?.split === 'test' ? accuracy : testOf(summary, config),
    ...speedOf(times, state === 'ended' ? summary : null),
    parameters: countParameters(stored),
    settings: Object.fromEntries(flat(config.settings)),
    environment: {
      engine: config.engine.engine,
      threads: config.engine.threads,
      winograd: config.engine.winograd,
      wick: config.wick,
    },
    data: config.data,
    steered: (await readSteering(run))
      .filter(({ action }) => action === 'lr')
      .map(steeringText)
      .join('; '),
    curve,
  };
}

const judgeSchema = z.object({
  bestBy: z.enum(['accuracy', 'balancedAccuracy', 'loss']).nullable().catch(null),
  loss: z.looseObject({ classWeights: z.unknown() }).catch({ classWeights: null }),
});

/** The settings that say what the best epoch is best in. */
function judge({ settings }: RunConfig): Pick<Settings, 'bestBy' | 'loss'> {
  return judgeSchema.parse(settings) as Pick<Settings, 'bestBy' | 'loss'>; // of classWeights: whether there are any
}

/** What summary.json says may be of before a run went on: then the logs have more epochs than it. */
function stateOf(summary: RunSummary | null, done: number, planned: number): RunState {
  if (summary === null || summary.epochs < done) return 'unfinished';
  if (summary.failed !== undefined) return 'failed';
  if (summary.interrupted) return 'stopped';
  return summary.stopReason === null && done < planned ? 'unfinished' : 'ended';
}

function testOf(summary: RunSummary | null, config: RunConfig): MeasuredAccuracy | null {
  return summary?.test == null ? null : measured(summary.test.accuracy, 'test', config);
}

function measured(
  accuracy: number,
  split: 'val' | 'test',
  { data }: RunConfig,
): MeasuredAccuracy | null {
  const samples = data[split];
  if (typeof samples !== 'number' || !Number.isInteger(samples) || samples < 1) return null;
  return {
    ...wilson(Math.min(1, accuracy) * samples, samples),
    estimate: accuracy,
    split,
    samples,
  };
}

function speedOf(times: readonly LogLine<'times.jsonl'>[], ended: RunSummary | null) {
  const rates = times.map(({ imagesPerSecond }) => imagesPerSecond).sort((a, b) => a - b);
  const trained = times.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return {
    durationMs: ended?.durationMs ?? trained,
    imagesPerSecond: rates[rates.length >> 1] ?? null,
  };
}

function countParameters(stored: StoredCard): number | null {
  if (stored.card.code?.gives.includes('model')) return null; // only the user starts code
  const parameters = networkOfStored(stored, null).parameters();
  return parameters.reduce((sum, parameter) => sum + parameter.numel(), 0);
}
