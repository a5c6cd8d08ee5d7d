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

/** y as it lies in its range, 0–1. */
const unitOfY = (y: unknown) => Math.log10(Number(y)) / 4 + 1;

function sharesOf(plan: Plan, value: (job: Job) => number): Record<string, number> {
  const found = importances(plan, solve(plan, value));
  return Object.fromEntries(found.map(({ key, share }) => [key, share]));
}

test('the setting that alone decides explains most, however trials were chosen', () => {
  for (const sampler of ['random', 'tpe'] as const)
    for (const seed of [0, 1, 2]) {
      const value = ({ values }: Job) => (Number(values.x) - 0.7) ** 2;
      const { x = 0, y = 1, kind = 1 } = sharesOf({ ...of, sampler, seed }, value);
      assert.ok(x > 0.6 && y < 0.15 && kind < 0.15, `${sampler} ${seed}: ${[x, y, kind]}`);
    }
  const { kind = 0 } = sharesOf(of, ({ values }) => (values.kind === 'b' ? 0 : 1));
  assert.ok(kind > 0.5, String(kind));
});

test('settings that decide alike explain alike; what they decide jointly is nobody’s alone', () => {
  const sum = sharesOf(
    { ...of, trials: 200 },
    ({ values }) => Number(values.x) + unitOfY(values.y),
  );
  assert.ok(Math.abs((sum.x ?? 0) - (sum.y ?? 0)) < 0.15, JSON.stringify(sum));
  assert.ok(
    (sum.x ?? 0) > 0.3 && (sum.y ?? 0) > 0.3 && (sum.kind ?? 1) < 0.05,
    JSON.stringify(sum),
  );
  const either = sharesOf({ ...of, trials: 200 }, ({ values }) =>
    Number(Number(values.x) > 0.5 === unitOfY(values.y) > 0.5),
  );
  assert.ok((either.x ?? 1) < 0.2 && (either.y ?? 1) < 0.2, JSON.stringify(either));
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
