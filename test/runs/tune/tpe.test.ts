import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean } from '../../../src/runs/compare/spread.js';
import type { Job, Plan } from '../../../src/runs/tune/job.js';
import type { Dimension } from '../../../src/runs/tune/space.js';
import { drawRandom } from '../../../src/runs/tune/tpe.js';
import { least, plan, solve } from './made-study.js';

const number = (job: Job, key: string) => Number(job.values[key]);

/** Branin's function (Dixon & Szegő, 1978), whose least value is 0.3979. */
function branin(job: Job): number {
  const [x, y] = [number(job, 'x'), number(job, 'y')];
  const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

/** A learning rate with one good place, the right optimizer, and a setting that counts little. */
function training(job: Job): number {
  const away = Math.log10(number(job, 'lr')) + 2.5;
  const wrong = job.values.optimizer === 'adam' ? 0 : 0.5;
  return away ** 2 + wrong + 0.05 * Math.abs(number(job, 'views') - 3);
}

const problems: readonly (readonly [string, (job: Job) => number, Record<string, Dimension>])[] = [
  ["Branin's function", branin, { x: { uniform: [-5, 10] }, y: { uniform: [0, 15] } }],
  [
    'a training',
    training,
    {
      lr: { log: [1e-6, 1] },
      optimizer: { choice: ['sgd', 'rmsprop', 'adam', 'adamw'] },
      views: { int: [1, 8] },
    },
  ],
];

for (const [name, value, dimensions] of problems)
  test(`TPE finds less of ${name} than random search, on average over seeds`, () => {
    const search = Object.entries(dimensions);
    const found = (sampler: Plan['sampler']) =>
      mean(
        Array.from({ length: 30 }, (_, seed) =>
          Math.log(least(solve({ ...plan, search, sampler, seed, trials: 40 }, value)) + 1e-3),
        ),
      );
    const [tpe, random] = [found('tpe'), found('random')];
    assert.ok(tpe < random - 0.3, `log of the least: ${tpe} by TPE, ${random} at random`);
  });

test('values at random are a pure function of seed and number, and cover what there is', () => {
  const search: [string, Dimension][] = [
    ['x', { uniform: [0, 1] }],
    ['kind', { choice: ['a', 'b', 'c'] }],
  ];
  const draw = (trial: number) => drawRandom(search, 5, trial);
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  const drawn = Array.from({ length: 300 }, (_, i) => draw(i + 1));
  const share = (kind: string) => drawn.filter((values) => values.kind === kind).length / 300;
  for (const kind of ['a', 'b', 'c']) assert.ok(Math.abs(share(kind) - 1 / 3) < 0.08, kind);
  assert.ok(Math.abs(mean(drawn.map(({ x }) => Number(x))) - 0.5) < 0.05);
});

test('a trial that fails is learned from as the worst there is', () => {
  const found = solve({ ...plan, trials: 40 }, (job) => {
    const x = number(job, 'x');
    return x > 0.5 ? null : (x - 0.2) ** 2;
  });
  const late = found.slice(20).filter(({ value }) => value !== null);
  assert.ok(late.length > 15, `${late.length} of the last 20 did not fail`);
});
