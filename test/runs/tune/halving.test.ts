import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean } from '../../../src/runs/compare/spread.js';
import { rungsOf } from '../../../src/runs/tune/halving.js';
import type { Job, Plan } from '../../../src/runs/tune/job.js';
import { least, plan, solve } from './made-study.js';

const halved: Plan = {
  ...plan,
  sampler: 'random',
  trials: 27,
  epochs: 9,
  halving: { reduction: 3, minEpochs: 1 },
};

/** A curve that falls towards what the trial can reach. */
const curve = ({ values, epochs }: Job) => Math.abs(Number(values.x) - 0.62) + 0.5 * 0.6 ** epochs;

test('rungs grow by the reduction, up to a whole training', () => {
  assert.deepEqual(rungsOf(halved), [1, 3, 9]);
  assert.deepEqual(rungsOf({ epochs: 10, halving: { reduction: 2, minEpochs: 3 } }), [3, 6, 10]);
  assert.deepEqual(rungsOf({ epochs: 10, halving: null }), [10]);
});

test('one in three goes on at each rung: those that are best after the same epochs', () => {
  const outcomes = solve(halved, curve);
  const at = (epochs: number) => outcomes.filter((outcome) => outcome.epochs === epochs);
  assert.equal(at(1).length, 27);
  // Some go on before all have begun: they are more than 9 and 3.
  assert.ok(at(3).length >= 9 && at(3).length < 18, `${at(3).length} reach the second rung`);
  assert.ok(at(9).length >= 3 && at(9).length < 9, `${at(9).length} train to the end`);
  const best = [...at(1)].sort((a, b) => (a.value ?? 0) - (b.value ?? 0)).slice(0, 9);
  const second = new Set(at(3).map(({ trial }) => trial));
  for (const { trial } of best) assert.ok(second.has(trial), `trial ${trial} goes on`);
  const numbers = outcomes.map(({ trial, epochs }) => `${trial} to ${epochs}`);
  assert.equal(new Set(numbers).size, numbers.length, 'no work is done twice');
});

test('for as many epochs it finds better trials than whole trainings do, on average over seeds', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const runs = seeds.map((seed) => solve({ ...halved, seed }, curve));
  // What a job adds to what its trial has been trained for.
  const before: Readonly<Record<number, number>> = { 1: 0, 3: 1, 9: 3 };
  const epochs = runs.map((outcomes) =>
    outcomes.reduce((sum, job) => sum + job.epochs - (before[job.epochs] ?? 0), 0),
  );
  const whole = seeds.map((seed, i) => {
    const trials = Math.round((epochs[i] ?? 0) / 9);
    return least(solve({ ...halved, halving: null, trials, seed }, curve));
  });
  assert.ok(mean(epochs) < 27 * 9 * 0.35, `${epochs} epochs of ${27 * 9}`);
  assert.ok(mean(runs.map(least)) < 0.8 * mean(whole));
});

test('a trial that fails goes nowhere, and counts among those that reached its rung', () => {
  const outcomes = solve({ ...halved, trials: 9 }, (job) =>
    job.trial % 3 === 0 ? null : job.trial,
  );
  const later = outcomes.filter(({ epochs }) => epochs > 1);
  assert.ok(later.length > 0 && later.every(({ trial }) => trial % 3 !== 0));
});
