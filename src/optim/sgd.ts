import { ValueError } from '../core/errors.js';
import { sgdStep, sgdStepPlain } from '../ops/sgd-step.js';
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

/** Options of SGD besides `lr`. */
export interface SGDGroupOptions {
  /** Share of the last step that is kept, 0–1. @default 0 */
  momentum: number;
  /** Share of the gradient that the momentum leaves out. @default 0 */
  dampening: number;
  /** L2 penalty. @default 0 */
  weightDecay: number;
  /** Look ahead by Nesterov's momentum. @default false */
  nesterov: boolean;
}

export interface SGDOptions extends Partial<SGDGroupOptions> {
  /** Learning rate. @default 1e-3 */
  lr?: number;
}

/**
 * Stochastic gradient descent, with momentum (Sutskever et al., 2013, https://proceedings.mlr.press/v28/sutskever13.html)
 * in PyTorch's form:
 *
 *   g ← g + λθ      b ← μb + (1 − τ)g  (b = g at first)
 *   θ ← θ − lr · b, or with nesterov θ − lr · (g + μb)
 */
export class SGD extends Optimizer<SGDGroupOptions> {
  constructor(params: Params<SGDGroupOptions>, options: SGDOptions = {}) {
    const { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
    super(params, { lr, momentum, dampening, weightDecay, nesterov });
  }

  protected override check({ momentum, dampening, weightDecay, nesterov }: SGDGroupOptions): void {
    requireNonNegative('SGD', { momentum, weightDecay });
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw new ValueError(
        'SGD',
        `nesterov with momentum=${momentum} and dampening=${dampening}, a positive momentum and dampening 0 are required`,
      );
  }

  protected override initialState(param: Tensor, { momentum }: SGDGroupOptions): ParamState {
    return momentum === 0 ? {} : { momentumBuffer: zerosLike(param), step: stepCount() };
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { momentumBuffer, step }: ParamState,
    rate: Tensor,
    { momentum, dampening, weightDecay, nesterov }: SGDGroupOptions,
  ): void {
    if (momentumBuffer === undefined || step === undefined) {
      sgdStepPlain.inPlace('SGD', [param, grad, rate], { weightDecay });
      return;
    }
    const attrs = { momentum, dampening, weightDecay, nesterov };
    sgdStep.inPlace('SGD', [param, momentumBuffer, grad, rate, step], attrs);
    countStep(step);
  }
}
