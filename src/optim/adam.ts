import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { adamStep, adamStepAmsgrad } from '../ops/adam-step.js';
import { zerosLike } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { countStep, Optimizer, type Params, requireNonNegative, stepCount } from './optimizer.js';
import type { ParamState } from './optimizer-state.js';
import type { ParamGroup } from './param-group.js';

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

const optionNames = { lr: true, betas: true, eps: true, weightDecay: true, amsgrad: true } as const;
const readAdamOptions = optionReader<AdamOptions>('Adam', optionNames);
const readAdamWOptions = optionReader<AdamOptions>('AdamW', optionNames);

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

  constructor(params: Params<AdamGroupOptions>, ...given: [options?: AdamOptions]) {
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
    } = readAdamOptions(given);
    super(params, { lr, betas, eps, weightDecay, amsgrad });
  }

  protected override check({ betas, eps, weightDecay }: Partial<AdamGroupOptions>): void {
    requireNonNegative(this.name, { eps, weightDecay });
    if (betas === undefined) return;
    if (!Array.isArray(betas) || betas.length !== 2)
      throw new ValueError(this.name, `betas=${betas} must be a pair [β₁, β₂]`);
    betas.forEach((beta, i) => {
      if (typeof beta !== 'number' || !(beta >= 0 && beta < 1))
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

  /** What the averages take in, 1 − β: near 1, β itself would lose digits of it as a float. */
  protected override constants(options: AdamGroupOptions): number[] {
    const [beta1, beta2] = options.betas;
    return [1 - beta1, 1 - beta2, options.eps, options.weightDecay];
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { step, expAvg, expAvgSq, maxExpAvgSq }: Moments,
    group: ParamGroup<AdamGroupOptions>,
  ): void {
    countStep(step);
    const attrs = { decoupled: this.decoupled };
    const moments = [param, expAvg, expAvgSq];
    const rest = [grad, group.rate, group.constants, step];
    if (group.isOn('amsgrad') && maxExpAvgSq !== undefined)
      adamStepAmsgrad.inPlace(this.name, [...moments, maxExpAvgSq, ...rest], attrs);
    else adamStep.inPlace(this.name, [...moments, ...rest], attrs);
  }
}

/** Adam with decoupled weight decay (Loshchilov & Hutter, 2019, https://arxiv.org/abs/1711.05101): θ ← θ − lr·λθ first. */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  constructor(params: Params<AdamGroupOptions>, ...given: [options?: AdamOptions]) {
    const { weightDecay = 1e-2, ...options } = readAdamWOptions(given);
    super(params, { weightDecay, ...options });
  }
}
