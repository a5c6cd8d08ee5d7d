/** Makes sure, before anything is trained, that a study tries what there is. */
import { ValueError } from '../../core/errors.js';
import { isPlain } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import { layerOf } from '../../recipes/settings/assignments.js';
import type { RawLayer } from '../../recipes/settings/layers.js';
import { type Dimension, rangeOf, requireChoices, requireDimension, type Values } from './space.js';
import { fromUnit } from './unit-interval.js';
import { formsWith, sectionOf } from './variants.js';

/** Settings that decide what trials are measured on, or when, and why they are the same in all. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/^seed$/, 'seeds are no setting to search; seeds=3 trains each trial by three of them'],
  [/^(split|data\.(path|limit))\b|^data$/, 'would change what trials are measured on'],
  [/^bestBy$/, 'would change what trials are compared by'],
  [/^(checkpoints|time)\b/, 'changes when a training is saved or ends, not what it learns'],
];

/** The values of each setting. */
export interface Space {
  readonly search: Readonly<Record<string, Dimension>>;
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
}

interface Surroundings {
  /** Resolves all settings with some on top. @throws ValueError for what cannot be */
  readonly resolve: (layer: RawLayer) => unknown;
  /** The forms that sections have where none is searched. */
  readonly usual: Readonly<Record<string, string>>;
  /** Whether epochs are what halving deals out. */
  readonly halving: boolean;
}

/** @throws ValueError that names the setting, and what it may be */
export function requireSpace({ search, grid }: Space, surroundings: Surroundings): void {
  for (const [name, given] of Object.entries({ search, grid }))
    if (!isPlain(given))
      throw new ValueError('tune', `${name}=${show(given)} must be settings by their keys`);
  const keys = [...Object.keys(search), ...Object.keys(grid)];
  if (keys.length === 0)
    throw new ValueError(
      'tune',
      "no setting is to be searched, some are required: { search: { 'optimizer.lr': { log: [1e-5, 1e-1] } } }",
    );
  for (const [key, dimension] of Object.entries(search)) requireDimension(key, dimension);
  for (const [key, values] of Object.entries(grid)) requireChoices(key, values);
  for (const key of keys) {
    if (key in search && key in grid)
      throw new ValueError(key, 'is searched and in the grid; one of both is required');
    const [, why] = refused.find(([pattern]) => pattern.test(key)) ?? [];
    if (why !== undefined) throw new ValueError(key, `cannot be searched: ${why}`);
    if (key === 'epochs' && surroundings.halving)
      throw new ValueError(key, 'cannot be searched: successive halving decides on epochs');
  }
  const samples = samplesOf({ search, grid });
  for (const [key, values] of samples)
    for (const value of values) requireValue(key, value, samples, surroundings);
}

/** Values that stand for all: both ends of a range and one within, and every choice. */
function samplesOf({ search, grid }: Space): Map<string, readonly unknown[]> {
  const ranges = Object.entries(search).map(([key, dimension]) => {
    const ends = rangeOf(dimension);
    if (ends === null || 'choice' in dimension)
      return [key, 'choice' in dimension ? dimension.choice : []] as const;
    return [key, [...ends, fromUnit(dimension, Math.SQRT1_2)]] as const;
  });
  return new Map<string, readonly unknown[]>([...ranges, ...Object.entries(grid)]);
}

/** Throws unless a setting may have the value, in a form of its section that a trial may have. */
function requireValue(
  key: string,
  value: unknown,
  samples: ReadonlyMap<string, readonly unknown[]>,
  { resolve, usual }: Surroundings,
): void {
  const section = sectionOf(key);
  const forms = formsWith(key);
  const chosen = samples.get(`${section}.name`) ?? samples.get(section) ?? [usual[section]];
  const form = chosen.find((name) => forms.includes(String(name)));
  const values: Values = {
    ...(form !== undefined && form !== usual[section] && { [`${section}.name`]: form }),
    [key]: value,
  };
  resolve(layerOfValues(values));
}

/** Values as settings that lie on top of others. */
export function layerOfValues(values: Values): RawLayer {
  return layerOf(Object.entries(values).map(([key, value]) => [key.split('.'), value]));
}
