import type { Tensor } from '../tensor/tensor.js';
import { samplesOf } from './calibration.js';

/** The temperatures that are tried: beyond, samples are all right or no better than chance. */
export const coldest = 0.01;
export const hottest = 100;

/**
 * The temperature T by which scores `[N, K]` of held-out samples are divided so that their probabilities fit the labels `[N]`:
 * least negative log likelihood (Guo et al., 2017, https://arxiv.org/abs/1706.04599). Above 1 where a network is too sure;
 * which class is best stays. 0.01 to 100.
 *
 * @example const temperature = metrics.fitTemperature(logits, labels); logits.div(temperature).softmax(1)
 */
export function fitTemperature(scores: Tensor, labels: Tensor): number {
  const samples = samplesOf('fitTemperature', scores, labels);
  // The likelihood is convex in β = 1/T: its slope rises, and is 0 at the best.
  let low = 1 / hottest;
  let high = 1 / coldest;
  if (slope(samples, low) >= 0) return hottest;
  if (slope(samples, high) <= 0) return coldest;
  while (high - low > 1e-9 * high) {
    const middle = Math.sqrt(low * high);
    if (slope(samples, middle) > 0) high = middle;
    else low = middle;
  }
  return 2 / (low + high);
}

/** Σₙ (Σₖ pₖ zₖ − z_label), the slope of the negative log likelihood by β where scores are z and p = softmax(βz). */
function slope(samples: ReturnType<typeof samplesOf>, beta: number): number {
  let sum = 0;
  for (const { logs, label } of samples) {
    const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let weights = 0;
    let weighted = 0;
    for (const z of logs) {
      const weight = Math.exp(beta * (z - largest));
      weights += weight;
      if (weight > 0) weighted += weight * z; // not 0 · −∞
    }
    sum += weighted / weights - (logs[label] as number);
  }
  return sum;
}
