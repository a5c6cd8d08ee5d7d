/**
 * Successive halving without waiting for whole rungs: ASHA (Li et al., "A System for Massively Parallel Hyperparameter
 * Tuning", 2018, https://arxiv.org/abs/1810.05934, algorithm 2). All trials train for a few epochs; of those that have, the
 * best one in `reduction` goes on for `reduction` times as many, and so on. Trials are compared after the same number of epochs
 * only.
 */
import type { Job, JobOutcome, Plan } from './job.js';

/** Epochs after which trials are compared, and in the end those of a whole training. */
export function rungsOf({ epochs, halving }: Pick<Plan, 'epochs' | 'halving'>): number[] {
  if (halving === null) return [epochs];
  const rungs: number[] = [];
  for (let rung = halving.minEpochs; rung < epochs; rung *= halving.reduction) rungs.push(rung);
  return [...rungs, epochs];
}

/** The trial that goes on, from the highest rung down; null where none does. */
export function promotion(
  plan: Plan,
  jobs: readonly Job[],
  seen: readonly JobOutcome[],
): Omit<Job, 'job'> | null {
  const rungs = rungsOf(plan);
  for (let i = rungs.length - 2; i >= 0; i--) {
    const next = rungs[i + 1] ?? plan.epochs;
    const onRung = seen.filter(({ epochs }) => epochs === rungs[i]);
    const best = onRung
      .filter(({ value }) => value !== null)
      .sort(
        (a, b) => (plan.minimize ? 1 : -1) * ((a.value ?? 0) - (b.value ?? 0)) || a.trial - b.trial,
      )
      .slice(0, Math.floor(onRung.length / (plan.halving?.reduction ?? 1)));
    const promoted = (trial: number) =>
      jobs.some((job) => job.trial === trial && job.epochs === next);
    const chosen = best.find(({ trial }) => !promoted(trial));
    if (chosen !== undefined) return { trial: chosen.trial, values: chosen.values, epochs: next };
  }
  return null;
}
