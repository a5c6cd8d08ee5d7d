/** Which of several runs is better, by how much, and what was different. */
import { resolve } from 'node:path';
import { ValueError, WickError } from '../../core/errors.js';
import { requireList } from '../../core/options.js';
import { keysAt } from '../../recipes/settings/keys.js';
import { compareNotes } from './notes.js';
import { testPrint, trainPrint } from './prints.js';
import { type ComparedRun, readRun } from './read-run.js';
import { mean, std } from './spread.js';

/** What is not the same in all runs. */
export interface DifferingSetting {
  /** `optimizer.lr`; `engine`, `wick`, `training images` and the like are no settings, and differ all the same. */
  readonly key: string;
  /** By run; undefined where the run has no such setting. */
  readonly values: readonly unknown[];
}

/** A run, or several that have ended and differ in nothing but the seed, which is another in each. */
export interface SeedGroup {
  /** Their places in `runs`. */
  readonly runs: readonly number[];
  /** Over those that have an accuracy: the test set's, where all were measured on it. */
  readonly accuracy: {
    readonly split: 'val' | 'test';
    readonly mean: number;
    /** The standard deviation of the sample; null of fewer than two. */
    readonly std: number | null;
    readonly count: number;
  } | null;
}

export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  readonly differing: readonly DifferingSetting[];
  /** All runs, each in one group. */
  readonly groups: readonly SeedGroup[];
  /** What keeps numbers from being compared, and whether the best is told apart from the others, in plain lines. */
  readonly notes: readonly string[];
  /** Folders that are no run, or a damaged one. */
  readonly unreadable: readonly { readonly path: string; readonly error: WickError }[];
}

/**
 * Compares runs by their folders, which may be unfinished. A folder that cannot be read is told in `unreadable`, and the
 * others are compared.
 *
 * @throws ValueError where no folder is given, DataError where none can be read
 * @example const { runs: compared, differing } = await runs.compare(['runs/mnist-1', 'runs/mnist-2']);
 */
export async function compare(paths: readonly string[]): Promise<RunComparison> {
  requireList('compare', paths, 'run folders');
  if (paths.length === 0) throw new ValueError('compare', 'no run is given, some are required');
  const runs: ComparedRun[] = [];
  const unreadable: { path: string; error: WickError }[] = [];
  const distinct = new Map(paths.map((path) => [resolve(path), path]));
  for (const path of distinct.values())
    try {
      runs.push(await readRun(path));
    } catch (error) {
      if (!(error instanceof WickError)) throw error;
      unreadable.push({ path, error });
    }
  const [first] = unreadable;
  if (runs.length === 0 && first !== undefined) throw first.error;
  return {
    runs,
    differing: differingOf(runs),
    groups: groupsOf(runs),
    notes: compareNotes(runs),
    unreadable,
  };
}

/** What a run is, in the order in which it is told. */
function factsOf(run: ComparedRun): Map<string, unknown> {
  const { settings, environment, data, recipe, code, steered } = run;
  return new Map<string, unknown>([
    ['data', recipe],
    ['recipe file', code?.path],
    ['recipe file SHA-256', code?.sha256.slice(0, 12)],
    ['training images', data.train],
    ['training set', trainPrint(run)?.slice(0, 19)],
    ...Object.entries(settings),
    ...Object.entries(environment),
    ['by hand', steered === '' ? undefined : steered],
  ]);
}

function differingOf(runs: readonly ComparedRun[]): DifferingSetting[] {
  const facts = runs.map(factsOf);
  const keys = [...new Set(facts.flatMap((of) => [...of.keys()]))];
  const rows = keys
    .map((key) => ({ key, values: facts.map((of) => of.get(key)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
    .filter(({ key, values }) => !saysNothing(key, values, keys));
  const otherLengths = rows.some(({ key }) => key === 'training images');
  return rows.filter(
    ({ key, values }) => key !== 'training set' || !(otherLengths || values.includes(undefined)),
  );
}

/** Whether other rows say it: that a section is off in some runs, or that an optimizer has options, left as they are by default. */
function saysNothing(key: string, values: readonly unknown[], keys: readonly string[]): boolean {
  const isSection = keys.some((other) => other.startsWith(`${key}.`));
  if (isSection) return values.every((value) => value === null || value === undefined);
  if (!values.includes(undefined)) return false;
  const usual = keysAt(key).map((known) => JSON.stringify(known.default));
  return values.every((value) => value === undefined || usual.includes(JSON.stringify(value)));
}

function groupsOf(runs: readonly ComparedRun[]): SeedGroup[] {
  const groups = new Map<string | number, number[]>();
  const seen = new Set<string>();
  runs.forEach((run, i) => {
    const same = sameButSeed(run);
    const withSeed = JSON.stringify([same, run.settings.seed]);
    const counts = run.state === 'ended' && !seen.has(withSeed); // a copy is no other seed
    if (counts) seen.add(withSeed);
    const key = counts ? same : i;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  return [...groups.values()].map((members) => ({
    runs: members,
    accuracy: accuracyOf(members.flatMap((i) => runs[i] ?? [])),
  }));
}

/** What runs have in common that differ in the seed alone. */
function sameButSeed(run: ComparedRun): string {
  const { recipe, code, classes, data, environment } = run;
  const { seed: _, ...settings } = run.settings;
  const { train, val, test } = data;
  const pictures = [train, val, test, trainPrint(run), testPrint(run), classes];
  const sorted = Object.entries(settings).sort();
  return JSON.stringify([recipe, code?.sha256, pictures, sorted, environment, run.steered]);
}

function accuracyOf(members: readonly ComparedRun[]): SeedGroup['accuracy'] {
  const tested = members.every(({ test }) => test !== null);
  const measured = members.flatMap(({ accuracy, test }) => (tested ? test : accuracy) ?? []);
  const [first] = measured;
  if (first === undefined) return null;
  const values = measured.map(({ estimate }) => estimate);
  return { split: first.split, mean: mean(values), std: std(values), count: values.length };
}
