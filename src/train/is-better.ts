import type { HeldOutScores } from './metrics.js';

/** What the best epoch has most of, or least of a loss. */
export type BestBy = 'accuracy' | 'balancedAccuracy' | 'loss';

/** Whether scores are better than those of before; of equal ones, those with the lower loss are. */
export function isBetter(
  scores: HeldOutScores,
  before: HeldOutScores | undefined,
  by: BestBy = 'accuracy',
): boolean {
  if (before === undefined) return true;
  if (by === 'loss' || scores[by] === before[by]) return scores.loss < before.loss;
  return scores[by] > before[by];
}
