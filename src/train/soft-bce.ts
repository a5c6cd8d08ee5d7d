import { binaryCrossEntropyWithLogits, oneHot } from '../nn/functional.js';
import type { Tensor } from '../tensor/tensor.js';

export interface SoftBceOptions {
  /** The share of each target that is spread over all classes: 1 becomes 1 − s + s/K, 0 becomes s/K. */
  readonly labelSmoothing: number;
  /** Targets above it are 1, all others 0; null leaves them as they are. */
  readonly targetThreshold: number | null;
  /** Sum over the classes instead of their mean. */
  readonly sumClasses: boolean;
  /** `[K]`: how much each class counts. */
  readonly weight: Tensor | null;
}

/**
 * Binary cross entropy of each class for itself, the mean over samples: logits `[N, K]` and class numbers `[N]` or targets
 * `[N, K]` from 0 to 1 → scalar, as timm's `BinaryCrossEntropy`
 * (https://github.com/huggingface/pytorch-image-models/blob/main/timm/loss/binary_cross_entropy.py).
 */
export function softBce(
  logits: Tensor,
  labels: Tensor,
  { labelSmoothing, targetThreshold, sumClasses, weight }: SoftBceOptions,
): Tensor {
  const classes = logits.size(1);
  const hard = labels.ndim === 1 ? oneHot(labels, classes).float() : labels;
  const smooth =
    labelSmoothing === 0 ? hard : hard.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const target = targetThreshold === null ? smooth : smooth.gt(targetThreshold).float();
  const loss = binaryCrossEntropyWithLogits(logits, target, { weight });
  return sumClasses ? loss.mul(classes) : loss;
}
