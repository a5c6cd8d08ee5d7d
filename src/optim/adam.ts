import { ValueError } from '../core/errors.js';
import { adamStep, adamStepAmsgrad } from '../ops/adam-step.js';
import { zerosLike } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  countStep,
  Optimizer,
  type ParamState,
  type Params,
  requireNonNegative,
  stepCount,
} from './optimizer.js';

/** Options of Adam and AdamW besides `lr`. */
export interface AdamGroupOptions {
  /** How much of the mean gradient and of the mean square gradient is kept, each 0 ≤ β < 1. @default [0.9, 0.999] */
  betas: readonly [number, number];
  /** Added to the root of the mean square. @default 1e-8 */
  eps: number;
  /** L2 penalty (Adam, default 0), or the share of lr by which parameters shrink (AdamW, default 0.01). */
  weightDecay: number;
  /** Divide by the greatest mean square so far (https://openreview.net/forum?id=ryQu7f-RZ). @default false */
  amsgrad: boolean;
}

export interface AdamOptions extends Partial<AdamGroupOptions> {
  /** Learning rate. @default 1e-3 */
  lr?: number;
}

interface Moments extends ParamState {
  readonly step: Tensor;
  readonly expAvg: Tensor;
  readonly expAvgSq: Tensor;
}

/**
 * Adam (Kingma & Ba, 2015, https://arxiv.org/abs/1412.6980).
 *
 *   m ← β₁m + (1−β₁)g      v ← β₂v + (1−β₂)g²
 *   θ ← θ − lr · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)
 */
export class Adam extends Optimizer<AdamGroupOptions, Moments> {
  /** Whether weight decay shrinks parameters directly instead of joining the gradient. */
  protected readonly decoupled: boolean = false;

  constructor(params: Params<AdamGroupOptions>, options: AdamOptions = {}) {
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
    } = options;
    super(params, { lr, betas, eps, weightDecay, amsgrad });
  }

  protected override check({ betas, eps, weightDecay }: AdamGroupOptions): void {
    requireNonNegative(this.name, { eps, weightDecay });
    betas.forEach((beta, i) => {
      if (!(beta >= 0 && beta < 1))
        throw new ValueError(this.name, `betas[${i}]=${beta} must be at least 0 and less than 1`);
    });
  }

  protected override initialState(param: Tensor, { amsgrad }: AdamGroupOptions): Moments {
    return {
      step: stepCount(),
      expAvg: zerosLike(param),
      expAvgSq: zerosLike(param),
      ...(amsgrad && { maxExpAvgSq: zerosLike(param) }),
    };
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { step, expAvg, expAvgSq, maxExpAvgSq }: Moments,
    rate: Tensor,
    { betas: [beta1, beta2], eps, weightDecay }: AdamGroupOptions,
  ): void {
    countStep(step);
    const attrs = { beta1, beta2, eps, weightDecay, decoupled: this.decoupled };
    const moments = [param, expAvg, expAvgSq];
    if (maxExpAvgSq === undefined)
      adamStep.inPlace(this.name, [...moments, grad, rate, step], attrs);
    else adamStepAmsgrad.inPlace(this.name, [...moments, maxExpAvgSq, grad, rate, step], attrs);
  }
}

/** Adam with decoupled weight decay (Loshchilov & Hutter, 2019, https://arxiv.org/abs/1711.05101): θ ← θ − lr·λθ first. */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  constructor(params: Params<AdamGroupOptions>, options: AdamOptions = {}) {
    super(params, { weightDecay: 1e-2, ...options });
  }
}
