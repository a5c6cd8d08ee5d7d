/** Studies of functions instead of trainings. */
import type { Job, JobOutcome, Plan } from '../../../src/runs/tune/job.js';
import { nextJob } from '../../../src/runs/tune/plan.js';

export const plan: Plan = {
  search: [['x', { uniform: [0, 1] }]],
  grid: [],
  sampler: 'tpe',
  trials: 30,
  seed: 0,
  epochs: 1,
  halving: null,
  minimize: true,
};

/** Does all jobs one after the other; `value` of null has failed. */
export function solve(of: Plan, value: (job: Job) => number | null): JobOutcome[] {
  const outcomes: JobOutcome[] = [];
  for (;;) {
    const next = nextJob(of, outcomes, outcomes);
    if (next === 'done') return outcomes;
    if (next === 'wait') throw new Error('waits with nothing under way');
    outcomes.push({ ...next, value: value(next) });
  }
}

/** The least value that was found. */
export function least(outcomes: readonly JobOutcome[]): number {
  return Math.min(...outcomes.map(({ value }) => value ?? Number.POSITIVE_INFINITY));
}
