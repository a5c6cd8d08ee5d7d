/**
 * What a study does next: a pure function of what it searches and of the outcomes so far, in the order of their numbers.
 * Work is a list of jobs; each trains one trial up to an epoch. Job k is decided by the outcomes of jobs 1 … k − lag, whether
 * others have ended by then or not: so a study is the same however many trainings run at once, and after any interruption.
 */
import { promotion, rungsOf } from './halving.js';
import type { Job, JobOutcome, Plan } from './job.js';
import type { Values } from './space.js';
import { drawByParzen, drawRandom } from './tpe.js';

/** Jobs that may be under way at once. */
export const lag = 4;

/** The next job; 'wait' until a job that is under way has ended, or 'done'. */
export function nextJob(
  plan: Plan,
  jobs: readonly Job[],
  outcomes: readonly (JobOutcome | undefined)[],
): Job | 'wait' | 'done' {
  const open = outcomes.indexOf(undefined);
  const ended = outcomes.slice(0, open === -1 ? outcomes.length : open) as JobOutcome[]; // up to the first gap
  for (let seen = Math.max(0, jobs.length - lag + 1); seen <= jobs.length; seen++) {
    if (seen > ended.length) return 'wait';
    const job = decide(plan, jobs, ended.slice(0, seen));
    if (job !== null) return { job: jobs.length + 1, ...job };
  }
  return 'done';
}

function decide(
  plan: Plan,
  jobs: readonly Job[],
  seen: readonly JobOutcome[],
): Omit<Job, 'job'> | null {
  const rungs = rungsOf(plan);
  const promoted = promotion(plan, jobs, seen);
  if (promoted !== null) return promoted;
  const trial = Math.max(0, ...jobs.map((job) => job.trial)) + 1;
  if (trial > plan.trials) return null;
  const values = { ...gridPoint(plan.grid, trial), ...draw(plan, trial, seen) };
  return { trial, values: plan.active?.(values) ?? values, epochs: rungs[0] ?? plan.epochs };
}

function draw(
  { search, sampler, seed, minimize }: Plan,
  trial: number,
  seen: readonly JobOutcome[],
) {
  if (sampler === 'random') return drawRandom(search, seed, trial);
  const ranked = ranking(seen, minimize).map(({ values }) => values);
  return drawByParzen(search, seed, trial, ranked);
}

/** Trials by their last outcome, the best first: who came further is better; who failed is last. */
export function ranking<O extends JobOutcome>(outcomes: readonly O[], minimize: boolean): O[] {
  const last = new Map(outcomes.map((outcome) => [outcome.trial, outcome]));
  const failed = ({ value }: O) => (value === null ? 1 : 0);
  return [...last.values()].sort(
    (a, b) =>
      failed(a) - failed(b) ||
      b.epochs - a.epochs ||
      (minimize ? 1 : -1) * ((a.value ?? 0) - (b.value ?? 0)) ||
      a.trial - b.trial,
  );
}

/** How many points a grid has; 1 where there is none. */
export function gridSize(grid: Plan['grid']): number {
  return grid.reduce((product, [, values]) => product * values.length, 1);
}

/** The point of a trial: one after the other, the last setting fastest, and from the first again. */
function gridPoint(grid: Plan['grid'], trial: number): Values {
  let rest = (trial - 1) % gridSize(grid);
  const point = grid.toReversed().map(([key, values]) => {
    const value = values[rest % values.length];
    rest = Math.floor(rest / values.length);
    return [key, value] as const;
  });
  return Object.fromEntries(point.toReversed());
}
