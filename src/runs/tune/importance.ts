/**
 * How much each setting mattered: functional ANOVA (Hutter, Hoos & Leyton-Brown, "An Efficient Approach for Assessing
 * Hyperparameter Importance", ICML 2014). A forest is fitted to the trials; a setting's importance is the share of the forest's
 * variance over the whole space that the setting alone explains, however trials were chosen. What is fitted are ranks, so
 * that a trial that fails or diverges counts as the worst and no more.
 */
import { Rng } from '../../core/rng.js';
import { mean } from '../compare/spread.js';
import type { JobOutcome, Plan } from './job.js';
import { ranking } from './plan.js';
import { growTree, type Leaf, type Sample } from './regression-tree.js';
import type { Dimension } from './space.js';
import { toUnit } from './unit-interval.js';

export interface Importance {
  readonly key: string;
  /** 0–1; what all together lack of 1, settings explain only jointly. */
  readonly share: number;
}

type Result = Pick<JobOutcome, 'value' | 'epochs'>;

/** Fewer trials say nothing. */
const leastTrials = 8;

const trees = 32;

/** The most important first; empty where there are too few trials, or one setting alone. */
export function importances(
  { search, grid, minimize }: Pick<Plan, 'search' | 'grid' | 'minimize'>,
  outcomes: readonly JobOutcome[],
): Importance[] {
  const dimensions: (readonly [string, Dimension])[] = [
    ...search,
    ...grid.map(([key, values]) => [key, { choice: values }] as const),
  ];
  const ranked = ranking(outcomes, minimize);
  if (ranked.length < leastTrials || dimensions.length < 2) return [];
  const samples = ranked.map(
    ({ values, ...result }): Sample => ({
      at: dimensions.map(([key, dimension]) => unitOf(dimension, values[key])),
      value: mean(ranked.flatMap((other, rank) => (isTied(other, result) ? rank : []))),
    }),
  );
  const found = Array.from({ length: trees }, (_, i) => {
    const leaves = growTree(samples, new Rng(0, 0, i));
    return dimensions.map((_, axis) => explained(leaves, axis));
  });
  return dimensions
    .map(([key], axis) => ({ key, share: mean(found.map((shares) => shares[axis] ?? 0)) }))
    .sort((a, b) => b.share - a.share);
}

function isTied(a: Result, b: Result): boolean {
  return a.value === b.value && (a.value === null || a.epochs === b.epochs);
}

/** Where a value lies; the middle for a setting that a trial does not have. */
function unitOf(dimension: Dimension, value: unknown): number {
  if (value === undefined) return 0.5;
  if (!('choice' in dimension)) return toUnit(dimension, Number(value));
  const { choice } = dimension;
  const place = choice.findIndex((other) => JSON.stringify(other) === JSON.stringify(value));
  return (place + 0.5) / choice.length;
}

/** The share of a tree's variance over the cube that one coordinate explains. */
function explained(leaves: readonly Leaf[], axis: number): number {
  const sized = leaves.map((leaf) => ({ ...leaf, volume: volumeOf(leaf) }));
  const middle = sized.reduce((sum, { volume, value }) => sum + volume * value, 0);
  const all = sized.reduce((sum, { volume, value }) => sum + volume * (value - middle) ** 2, 0);
  if (all === 0) return 0;
  const cuts = [...new Set(leaves.flatMap(({ low, high }) => [low[axis] ?? 0, high[axis] ?? 1]))];
  cuts.sort((a, b) => a - b);
  let alone = 0;
  for (const [i, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[i + 1] ?? 1;
    const width = (leaf: Leaf) => (leaf.high[axis] ?? 1) - (leaf.low[axis] ?? 0);
    // The mean over all other coordinates, between these cuts.
    const marginal = sized
      .filter(({ low, high }) => (low[axis] ?? 0) <= from && (high[axis] ?? 1) >= to)
      .reduce((sum, leaf) => sum + (leaf.volume / width(leaf)) * leaf.value, 0);
    alone += (to - from) * (marginal - middle) ** 2;
  }
  return alone / all;
}

function volumeOf({ low, high }: Leaf): number {
  return low.reduce((product, from, i) => product * ((high[i] ?? 1) - from), 1);
}
