import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importances } from '../../../src/runs/tune/importance.js';
import type { Job, Plan } from '../../../src/runs/tune/job.js';
import { plan, solve } from './made-study.js';

const of: Plan = {
  ...plan,
  search: [
    ['x', { uniform: [0, 1] }],
    ['y', { log: [1e-4, 1] }],
    ['kind', { choice: ['a', 'b', 'c'] }],
  ],
  sampler: 'random',
  trials: 60,
};

function sharesOf(plan: Plan, value: (job: Job) => number): Record<string, number> {
  const found = importances(plan, solve(plan, value));
  return Object.fromEntries(found.map(({ key, share }) => [key, share]));
}

test('the setting that alone decides has most of the importance, and all have 1', () => {
  for (const sampler of ['random', 'tpe'] as const)
    for (const seed of [0, 1, 2]) {
      const shares = sharesOf(
        { ...of, sampler, seed },
        ({ values }) => (Number(values.x) - 0.7) ** 2,
      );
      // TPE leaves settings that do not matter where they once were good: they seem to, a little.
      assert.ok(
        (shares.x ?? 0) > (sampler === 'tpe' ? 0.5 : 0.6),
        `${sampler} ${seed}: ${JSON.stringify(shares)}`,
      );
      const sum = Object.values(shares).reduce((total, share) => total + share, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9);
    }
  const shares = sharesOf(of, ({ values }) => (values.kind === 'b' ? 0 : 1));
  assert.ok((shares.kind ?? 0) > 0.6, JSON.stringify(shares));
});

test('few trials, or one setting, say nothing', () => {
  const few = solve({ ...of, trials: 7 }, () => 0);
  assert.deepEqual(importances(of, few), []);
  const one = { ...of, search: of.search.slice(0, 1) };
  assert.deepEqual(
    importances(
      one,
      solve(one, () => 0),
    ),
    [],
  );
});
