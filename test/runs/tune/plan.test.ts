import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import type { Job, JobOutcome, Plan } from '../../../src/runs/tune/job.js';
import { lag, nextJob } from '../../../src/runs/tune/plan.js';
import { activeValues } from '../../../src/runs/tune/variants.js';
import { plan, solve } from './made-study.js';

const bowl = (job: Job) => (Number(job.values.x) - 0.3) ** 2 / job.epochs;

/** Does jobs as they come, several at once, which end in any order. */
function solveShuffled(of: Plan, atOnce: number, seed: number): JobOutcome[] {
  const rng = new Rng(seed);
  const jobs: Job[] = [];
  const outcomes: (JobOutcome | undefined)[] = [];
  const running = new Set<number>();
  for (;;) {
    let next = nextJob(of, jobs, outcomes);
    while (running.size < atOnce && typeof next !== 'string') {
      running.add(jobs.push(next) - 1);
      outcomes.push(undefined);
      next = nextJob(of, jobs, outcomes);
    }
    if (running.size === 0) {
      assert.equal(next, 'done');
      return outcomes as JobOutcome[]; // none is under way
    }
    const ended = [...running][rng.int(running.size)] ?? 0;
    running.delete(ended);
    const job = jobs[ended] as Job; // it runs
    outcomes[ended] = { ...job, value: bowl(job) };
  }
}

for (const [name, of] of [
  ['TPE', plan],
  ['TPE with halving', { ...plan, epochs: 9, halving: { reduction: 3, minEpochs: 1 } }],
] as const)
  test(`${name} does the same jobs however many run at once, in whatever order they end`, () => {
    const alone = solve(of, bowl);
    for (const atOnce of [1, 2, 3, lag, 9])
      assert.deepEqual(solveShuffled(of, atOnce, atOnce), alone, `${atOnce} at once`);
  });

test('at most so many jobs are under way, however many could be', () => {
  const jobs: Job[] = [];
  for (;;) {
    const next = nextJob(plan, jobs, []);
    if (typeof next === 'string') break;
    jobs.push(next);
  }
  assert.equal(jobs.length, lag);
});

test('a grid is gone through point by point, the last setting fastest, beside what is searched', () => {
  const grid: Plan['grid'] = [
    ['a', [1, 2]],
    ['b', ['p', 'q', 'r']],
  ];
  const points = solve({ ...plan, search: [], grid, trials: 6 }, () => 0);
  assert.deepEqual(
    points.map(({ values }) => [values.a, values.b]),
    [
      [1, 'p'],
      [1, 'q'],
      [1, 'r'],
      [2, 'p'],
      [2, 'q'],
      [2, 'r'],
    ],
  );
  const both = solve({ ...plan, grid, trials: 13 }, bowl);
  assert.deepEqual(
    [both[0], both[6], both[12]].map((job) => [job?.values.a, job?.values.b]),
    [
      [1, 'p'],
      [1, 'p'],
      [1, 'p'],
    ],
  );
  assert.equal(new Set(both.map(({ values }) => values.x)).size, 13);
});

test('a setting without a place beside the others is left out', () => {
  const usual = { optimizer: 'adam' };
  const momentum = { 'optimizer.momentum': 0.9, batchSize: 8 };
  assert.deepEqual(activeValues(momentum, usual), { batchSize: 8 });
  assert.deepEqual(activeValues({ ...momentum, 'optimizer.name': 'sgd' }, usual), {
    ...momentum,
    'optimizer.name': 'sgd',
  });
  assert.deepEqual(activeValues({ ...momentum, optimizer: 'sgd' }, usual), {
    ...momentum,
    optimizer: 'sgd',
  });
  assert.deepEqual(activeValues({ 'optimizer.lr': 1 }, usual), { 'optimizer.lr': 1 });
});
