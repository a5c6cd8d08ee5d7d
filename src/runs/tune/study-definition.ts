/** `study.json`: everything that a study's trials depend on. */
import { z } from 'zod';
import { maxThreads } from '../../core/threads.js';
import { checkJson, readJson } from '../../io/json-file.js';
import { codeSchema } from '../../recipes/file/load-recipe.js';
import type { RawLayer } from '../../recipes/settings/layers.js';
import { english } from '../../report/language/english.js';
import type { Plan } from './job.js';
import { type Dimension, requireDimension } from './space.js';

/** The most trials of a study, and the most seeds of a trial. */
export const maxTrials = 10_000;
export const maxSeeds = 100;

const name = z.string().min(1).max(4096);
const dimension = z.custom<Dimension>((value) => {
  try {
    requireDimension('search', value);
    return true;
  } catch {
    return false;
  }
}, 'must be a range or a choice');

const schema = z.strictObject({
  format: z.literal('wick-study/1'),
  /** A recipe, or the path of a folder or of a recipe file. */
  data: name,
  /** Of a recipe file: what is in it. */
  code: codeSchema.optional(),
  /** What all trials share, on top of the recipe's defaults. */
  settings: z.record(z.string(), z.unknown()),
  search: z.record(z.string(), dimension),
  grid: z.record(z.string(), z.array(z.unknown()).min(1)),
  sampler: z.enum(['tpe', 'random']),
  trials: z.int().min(1).max(maxTrials),
  /** Trainings of a trial, by the seeds from `seed` on. */
  seeds: z.int().min(1).max(maxSeeds),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  epochs: z.int().min(1),
  halving: z.strictObject({ reduction: z.int().min(2), minEpochs: z.int().min(1) }).nullable(),
  /** What is best, on the validation part. */
  metric: z.enum(['accuracy', 'balancedAccuracy', 'loss']),
  /** Optimizer and schedule of all trials, where these are not searched: they say which options there are. */
  variants: z.record(z.string(), z.string()),
  engine: z.strictObject({
    engine: name,
    threads: z.int().min(1).max(maxThreads),
    winograd: z.boolean(),
  }),
  /** Seconds after which no more is tried; null where all trials are. */
  budget: z.number().positive().nullable(),
  wick: name,
});

export type StudyDefinition = Readonly<z.output<typeof schema>> & { readonly settings: RawLayer };

/** @throws DataError saying which field is wrong */
export async function readDefinition(path: string): Promise<StudyDefinition> {
  const advice = 'it was changed, or comes from another version of wick';
  return checkJson(path, schema, await readJson(path), advice);
}

/** The part by which it is decided what comes next. */
export function planOf(study: StudyDefinition, active: Plan['active']): Plan {
  const { search, grid, sampler, trials, seed, epochs, halving, metric } = study;
  return {
    ...{ sampler, trials, seed, epochs, halving },
    search: Object.entries(search),
    grid: Object.entries(grid),
    minimize: metric === 'loss',
    ...(active && { active }),
  };
}

/** How values are chosen, in a word. */
export function searchName({ search, sampler }: StudyDefinition, words = english.tune): string {
  return words.search[Object.keys(search).length === 0 ? 'grid' : sampler];
}
