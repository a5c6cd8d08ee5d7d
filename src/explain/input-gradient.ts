import { grad } from '../tensor/autograd.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ChooseTargets, targetScores } from './targets.js';

export interface InputGradient {
  /** `[N, C, H, W]`; 0 where the score does not depend on the picture. */
  readonly gradient: Tensor;
  /** int32 `[N]` */
  readonly targets: Tensor;
  /** The targets' scores, `[N]`. */
  readonly scores: Tensor;
}

/** The gradient of the targets' scores by the pictures `[N, C, H, W]`, which each picture's own score alone depends on. */
export function inputGradient(
  model: (images: Tensor) => Tensor,
  images: Tensor,
  choose: ChooseTargets,
): InputGradient {
  const x = images.detach().requiresGrad_();
  const all = model(x);
  const targets = choose(all);
  const scores = targetScores(all, targets);
  const total = scores.sum();
  const found = total.requiresGrad ? grad(total, [x], { allowUnused: true })[0] : null;
  return { gradient: found ?? x.detach().mul(0), targets, scores: scores.detach() };
}
