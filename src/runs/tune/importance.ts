/**
 * How much each setting mattered: PED-ANOVA (Watanabe, Bansal & Hutter, IJCAI 2023, https://arxiv.org/abs/2304.10255). A
 * setting matters where the best trials have other values of it than all trials have: the Pearson divergence of the two
 * densities, as a share of the sum over settings.
 */
import { std } from '../compare/spread.js';
import type { JobOutcome, Plan } from './job.js';
import { type Density, frequencies, parzen } from './parzen.js';
import { ranking } from './plan.js';
import type { Dimension, Values } from './space.js';
import { toUnit } from './unit-interval.js';

export interface Importance {
  readonly key: string;
  /** 0–1; all together have 1. */
  readonly share: number;
}

/** Fewer trials say nothing. */
export const leastTrials = 8;

/** The share of trials that is called good. */
const goodShare = 0.25;

/** Scott's rule is how wide densities are, as in the paper; but no narrower than this. */
const narrowest = 0.05;

/** Places at which densities over a range are compared. */
const places = 64;

/** The most important first; empty where there are too few trials, or one setting alone. */
export function importances(
  { search, grid, minimize }: Pick<Plan, 'search' | 'grid' | 'minimize'>,
  outcomes: readonly JobOutcome[],
): Importance[] {
  const dimensions: (readonly [string, Dimension])[] = [
    ...search,
    ...grid.map(([key, values]) => [key, { choice: values }] as const),
  ];
  const ranked = ranking(outcomes, minimize).map(({ values }) => values);
  if (ranked.length < leastTrials || dimensions.length < 2) return [];
  const good = ranked.slice(0, Math.ceil(goodShare * ranked.length));
  const found = dimensions.map(([key, dimension]) => ({
    key,
    divergence: divergence(dimension, having(good, key), having(ranked, key)),
  }));
  const sum = found.reduce((total, part) => total + part.divergence, 0);
  return found
    .map(({ key, divergence: part }) => ({ key, share: sum === 0 ? 0 : part / sum }))
    .sort((a, b) => b.share - a.share);
}

function having(trials: readonly Values[], key: string): unknown[] {
  return trials.flatMap((values) => (key in values ? [values[key]] : []));
}

function divergence(
  dimension: Dimension,
  good: readonly unknown[],
  all: readonly unknown[],
): number {
  const [at, density] = densities(dimension);
  const [of, among] = [density(good), density(all)];
  const masses = at.map((place) => [of.at(place), among.at(place)] as const);
  const [total, whole] = [0, 1].map((i) => masses.reduce((sum, mass) => sum + (mass[i] ?? 0), 0));
  return masses.reduce((sum, [p, q]) => {
    const [share, usual] = [p / (total ?? 1), q / (whole ?? 1)];
    return sum + (share / usual - 1) ** 2 * usual;
  }, 0);
}

/** Where the densities of a setting's values are compared, and how they are made. */
function densities(
  dimension: Dimension,
): [at: number[], density: (values: readonly unknown[]) => Density<number>] {
  if ('choice' in dimension) {
    const texts = dimension.choice.map((value) => JSON.stringify(value));
    const taken = (values: readonly unknown[]) =>
      values.map((value) => texts.indexOf(JSON.stringify(value)));
    return [texts.map((_, i) => i), (values) => frequencies(taken(values), texts.length)];
  }
  const at = Array.from({ length: places }, (_, i) => (i + 0.5) / places);
  return [
    at,
    (values) => {
      const units = values.map((value) => toUnit(dimension, Number(value)));
      return parzen(units, Math.max(narrowest, 1.06 * (std(units) ?? 1) * units.length ** -0.2));
    },
  ];
}
