/**
 * Area under the precision-recall curve, as scikit-learn's `average_precision_score` has it: Σ (Rₙ − Rₙ₋₁) · Pₙ over falling
 * thresholds, equal scores taken together. NaN where no sample is positive.
 */
export function averagePrecision(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean | number>,
): number {
  const order = Int32Array.from({ length: scores.length }, (_, i) => i).sort(
    (i, j) => (scores[j] as number) - (scores[i] as number),
  );
  let found = 0;
  let sum = 0; // Σ (positives at this threshold) · precision
  for (let from = 0, to = 0; from < order.length; from = to) {
    const before = found;
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) {
      if (positive[order[to] as number]) found++;
      to++;
    }
    sum += ((found - before) * found) / to;
  }
  return sum / found;
}
