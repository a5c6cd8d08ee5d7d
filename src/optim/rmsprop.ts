import { rmspropStep } from '../ops/rmsprop-step.js';
import { zeros, zerosLike } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { Optimizer, type ParamState, type Params, requireNonNegative } from './optimizer.js';

/** Options of RMSprop besides `lr`. */
export interface RMSpropGroupOptions {
  /** How much of the mean square gradient is kept. @default 0.99 */
  alpha: number;
  /** Added to the root of the mean square. @default 1e-8 */
  eps: number;
  /** L2 penalty. @default 0 */
  weightDecay: number;
  /** Share of the last step that is kept. @default 0 */
  momentum: number;
  /** Divide by the gradient's deviation instead of its magnitude. @default false */
  centered: boolean;
}

export interface RMSpropOptions extends Partial<RMSpropGroupOptions> {
  /** Learning rate. @default 1e-2 */
  lr?: number;
}

interface Averages extends ParamState {
  readonly squareAvg: Tensor;
  /** Without elements where there is no momentum. */
  readonly momentumBuffer: Tensor;
  /** Without elements where it is not centered. */
  readonly gradAvg: Tensor;
}

/**
 * RMSprop (Hinton, lecture 6 of https://www.cs.toronto.edu/~tijmen/csc321/), centered as in Graves
 * (https://arxiv.org/abs/1308.0850).
 *
 *   s ← αs + (1−α)g²      θ ← θ − lr · g / (√s + ε)
 */
export class RMSprop extends Optimizer<RMSpropGroupOptions, Averages> {
  constructor(params: Params<RMSpropGroupOptions>, options: RMSpropOptions = {}) {
    const { lr = 1e-2, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0 } = options;
    super(params, { lr, alpha, eps, weightDecay, momentum, centered: options.centered ?? false });
  }

  protected override check({ alpha, eps, weightDecay, momentum }: RMSpropGroupOptions): void {
    requireNonNegative('RMSprop', { alpha, eps, weightDecay, momentum });
  }

  protected override initialState(
    param: Tensor,
    { momentum, centered }: RMSpropGroupOptions,
  ): Averages {
    const { dtype } = param;
    const unused = () => zeros([0], { dtype });
    return {
      squareAvg: zerosLike(param),
      momentumBuffer: momentum > 0 ? zerosLike(param) : unused(),
      gradAvg: centered ? zerosLike(param) : unused(),
    };
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { squareAvg, momentumBuffer, gradAvg }: Averages,
    rate: Tensor,
    { alpha, eps, weightDecay, momentum, centered }: RMSpropGroupOptions,
  ): void {
    const inputs = [param, squareAvg, momentumBuffer, gradAvg, grad, rate];
    rmspropStep.inPlace('RMSprop', inputs, { alpha, eps, weightDecay, momentum, centered });
  }
}
