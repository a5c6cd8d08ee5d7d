/** Descriptions of transforms that come with somebody's file: refused by name, or they work, and soon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WickError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { transformFromJSON } from '../../../src/vision/transforms/registry.js';
import type { Json, Transform, TransformJson } from '../../../src/vision/transforms/transform.js';
import { sampleInput, samples } from './samples.js';

const make = (json: unknown) =>
  transformFromJSON<Transform<unknown, unknown>>(json as TransformJson);

/** Values that no option takes, or that lie at the ends of what numbers can be. */
const strange: readonly Json[] = [
  null,
  true,
  0,
  -1,
  0.5,
  3,
  65_536,
  1e9,
  1e300,
  1e-300,
  -1e300,
  '',
  '5',
  'bilinear',
  '__proto__',
  [],
  [1],
  [0, 0],
  [5, -5],
  [1, 2, 3, 4, 5],
  ['a', 'b'],
  [[1], [2]],
  [null, 1],
  [1e9, 1e9],
  {},
  { length: 2, 0: 1, 1: 2 },
  { name: 'Normalize', mean: [0, 0, 0], std: [1e-300, 1, 1] },
];

/** Every place of a value in a description, as the keys that lead there. */
function* places(json: Json, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof json !== 'object' || json === null) return;
  for (const [key, value] of Object.entries(json)) yield* places(value, [...path, key]);
}

function changed(json: Json, [key, ...path]: readonly string[], value: Json): Json {
  if (key === undefined) return value;
  const copy = structuredClone(json) as Record<string, Json>;
  copy[key] = changed(copy[key] ?? null, path, value);
  return copy;
}

/** Makes the transform and uses it; only an error of ours may come of it. */
function attempt(json: Json): 'refused' | 'works' {
  try {
    const transform = make(json);
    make(JSON.parse(JSON.stringify(transform.toJSON())));
    transform.apply(sampleInput(transform), new Rng(1));
    return 'works';
  } catch (error) {
    assert.ok(error instanceof WickError, `${JSON.stringify(json)}: ${error}`);
    return 'refused';
  }
}

test('a value of a transform that is changed to any other is refused by name, or it works', () => {
  const outcomes = { refused: 0, works: 0 };
  for (const [name, options] of Object.entries(samples)) {
    const json = { name, ...options };
    for (const path of places(json))
      for (const value of strange) outcomes[attempt(changed(json, path, value))]++;
  }
  assert.ok(outcomes.refused > 1500 && outcomes.works > 100, JSON.stringify(outcomes));
});

test('lists that are long or nested deep are refused before any of them is made', () => {
  let nested: Json = { name: 'ToTensor' };
  for (let depth = 0; depth < 5000; depth++) nested = { name: 'Compose', transforms: [nested] };
  const long = { name: 'Compose', transforms: new Array(200).fill({ name: 'Resize', size: 8 }) };
  const loop: { name: string; transforms: unknown[] } = { name: 'Compose', transforms: [] };
  loop.transforms.push(loop);
  for (const json of [nested, long, loop])
    assert.throws(() => make(json), {
      name: 'ValueError',
      message:
        'transformFromJSON: more than 100 transforms, or nested deeper than 16, which is not allowed',
    });
});

test('what is no description at all is refused by name', () => {
  for (const json of [null, undefined, 3, 'Resize', [], { name: null }, { name: ['Resize'] }])
    assert.throws(() => make(json), /^ValueError: transformFromJSON: no transform is named /);
});
