/** Curves of a classifier over all thresholds of its score. */

/** A point for each score that occurs, from the strictest threshold to none. */
export interface ThresholdCurve {
  /** Share of the negatives that are called positive. */
  readonly falsePositiveRate: readonly number[];
  /** Share of the positives that are found: recall. */
  readonly truePositiveRate: readonly number[];
  /** Share of what is called positive that is. */
  readonly precision: readonly number[];
}

/** The curve of scores whose samples are positive or not; equal scores are one threshold. */
export function thresholdCurve(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean | number>,
): ThresholdCurve {
  const order = Int32Array.from({ length: scores.length }, (_, i) => i).sort(
    (i, j) => (scores[j] as number) - (scores[i] as number),
  );
  let positives = 0;
  for (let i = 0; i < positive.length; i++) positives += Number(positive[i]);
  const negatives = scores.length - positives;
  const curve = { falsePositiveRate: [0], truePositiveRate: [0], precision: [1] };
  let hits = 0;
  order.forEach((index, n) => {
    hits += Number(positive[index]);
    const next = order[n + 1];
    if (next !== undefined && scores[next] === scores[index]) return;
    curve.falsePositiveRate.push((n + 1 - hits) / negatives);
    curve.truePositiveRate.push(hits / positives);
    curve.precision.push(hits / (n + 1));
  });
  return curve;
}

/** Σₙ (Rₙ − Rₙ₋₁) Pₙ: the mean precision by recall, as scikit-learn's `average_precision_score` counts it. */
export function averagePrecision({ truePositiveRate, precision }: ThresholdCurve): number {
  return truePositiveRate.reduce(
    (sum, recall, n) =>
      n === 0 ? 0 : sum + (recall - (truePositiveRate[n - 1] ?? 0)) * (precision[n] ?? 0),
    0,
  );
}
