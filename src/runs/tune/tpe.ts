/** Values for the next trial: drawn at random, or where good ones were found before. */
import { Rng } from '../../core/rng.js';
import { type Density, frequencies, parzen } from './parzen.js';
import type { Dimension, Values } from './space.js';
import { fromUnit, toUnit } from './unit-interval.js';

/** Streams of a study's seed: one for each setting that is searched. */
const firstStream = 1000;

/** Trials that are drawn at random before what they found counts. */
const startupTrials = 8;

/** The share of trials that is called good, and how many candidates each value is chosen of (Bergstra et al., 2011, 2013). */
const goodShare = 0.15;
const candidates = 24;

/** A value of each setting for a trial, a pure function of seed and number. */
export function drawRandom(
  search: readonly (readonly [key: string, dimension: Dimension])[],
  seed: number,
  trial: number,
): Values {
  return Object.fromEntries(
    search.map(([key, dimension], i) => {
      const unit = new Rng(seed, firstStream + i, trial).uniform();
      if (!('choice' in dimension)) return [key, fromUnit(dimension, unit)];
      return [key, dimension.choice[Math.floor(unit * dimension.choice.length)]];
    }),
  );
}

/**
 * A value of each setting by the tree-structured Parzen estimator (Bergstra et al., "Algorithms for Hyper-Parameter
 * Optimization", NeurIPS 2011): of values drawn where the good trials' lie, the one at which good ones are densest
 * compared with the others. `ranked` are the values of former trials, the best first; a setting that a trial did not have
 * has learned nothing of it.
 */
export function drawByParzen(
  search: readonly (readonly [key: string, dimension: Dimension])[],
  seed: number,
  trial: number,
  ranked: readonly Values[],
): Values {
  if (ranked.length < startupTrials) return drawRandom(search, seed, trial);
  const good = Math.ceil(goodShare * ranked.length);
  return Object.fromEntries(
    search.map(([key, dimension], i) => {
      const of = (trials: readonly Values[]) =>
        trials.flatMap((values) => (key in values ? [values[key]] : []));
      const rng = new Rng(seed, firstStream + i, trial);
      return [key, drawOne(dimension, of(ranked.slice(0, good)), of(ranked.slice(good)), rng)];
    }),
  );
}

function drawOne(
  dimension: Dimension,
  good: readonly unknown[],
  bad: readonly unknown[],
  rng: Rng,
): unknown {
  if ('choice' in dimension) {
    const { choice } = dimension;
    const texts = choice.map((value) => JSON.stringify(value));
    const places = (values: readonly unknown[]) =>
      values.map((value) => texts.indexOf(JSON.stringify(value)));
    const density = (values: readonly unknown[]) => frequencies(places(values), choice.length);
    return choice[densest(density(good), density(bad), rng)];
  }
  const units = (values: readonly unknown[]) =>
    values.map((value) => toUnit(dimension, Number(value)));
  return fromUnit(dimension, densest(parzen(units(good)), parzen(units(bad)), rng));
}

function densest(good: Density<number>, bad: Density<number>, rng: Rng): number {
  let [best, ratio] = [0, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < candidates; i++) {
    const value = good.sample(rng);
    const found = good.at(value) / bad.at(value);
    if (found > ratio) [best, ratio] = [value, found];
  }
  return best;
}
