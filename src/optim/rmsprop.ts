import { optionReader } from '../core/options.js';
import { rmspropStep } from '../ops/rmsprop-step.js';
import { zeros, zerosLike } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { Optimizer, type Params, requireNonNegative } from './optimizer.js';
import type { ParamState } from './optimizer-state.js';
import type { ParamGroup } from './param-group.js';

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

const readOptions = optionReader<RMSpropOptions>('RMSprop', {
  lr: true,
  alpha: true,
  eps: true,
  weightDecay: true,
  momentum: true,
  centered: true,
});

interface Averages extends ParamState {
  readonly squareAvg: Tensor;
}

/** Stands where an average is not kept. */
const unused = zeros([0]);

/**
 * RMSprop (Hinton, lecture 6 of https://www.cs.toronto.edu/~tijmen/csc321/), centered as in Graves
 * (https://arxiv.org/abs/1308.0850).
 *
 *   s ← αs + (1−α)g²      θ ← θ − lr · g / (√s + ε)
 */
export class RMSprop extends Optimizer<RMSpropGroupOptions, Averages> {
  constructor(params: Params<RMSpropGroupOptions>, ...given: [options?: RMSpropOptions]) {
    const {
      lr = 1e-2,
      alpha = 0.99,
      eps = 1e-8,
      weightDecay = 0,
      momentum = 0,
      centered = false,
    } = readOptions(given);
    super(params, { lr, alpha, eps, weightDecay, momentum, centered });
  }

  protected override check(options: Partial<RMSpropGroupOptions>): void {
    const { alpha, eps, weightDecay, momentum } = options;
    requireNonNegative('RMSprop', { alpha, eps, weightDecay, momentum });
  }

  protected override initialState(
    param: Tensor,
    { momentum, centered }: RMSpropGroupOptions,
  ): Averages {
    return {
      squareAvg: zerosLike(param),
      ...(momentum > 0 && { momentumBuffer: zerosLike(param) }),
      ...(centered && { gradAvg: zerosLike(param) }),
    };
  }

  /** What the averages take in, 1 − α: near 1, α itself would lose digits of it as a float. */
  protected override constants(options: RMSpropGroupOptions): number[] {
    const { alpha, eps, weightDecay, momentum } = options;
    return [1 - alpha, eps, weightDecay, momentum];
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { squareAvg, momentumBuffer, gradAvg }: Averages,
    group: ParamGroup<RMSpropGroupOptions>,
  ): void {
    const attrs = { momentum: group.isOn('momentum'), centered: group.isOn('centered') };
    const buffer = attrs.momentum ? momentumBuffer : undefined;
    const mean = attrs.centered ? gradAvg : undefined;
    const averages = [squareAvg, buffer ?? unused, mean ?? unused];
    const inputs = [param, ...averages, grad, group.rate, group.constants];
    rmspropStep.inPlace('RMSprop', inputs, attrs);
  }
}
