import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { sgdStep, sgdStepPlain } from '../ops/sgd-step.js';
import { zerosLike } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { countStep, Optimizer, type Params, requireNonNegative, stepCount } from './optimizer.js';
import type { ParamState } from './optimizer-state.js';
import type { ParamGroup } from './param-group.js';

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

const readOptions = optionReader<SGDOptions>('SGD', {
  lr: true,
  momentum: true,
  dampening: true,
  weightDecay: true,
  nesterov: true,
});

/**
 * Stochastic gradient descent, with momentum (Sutskever et al., 2013, https://proceedings.mlr.press/v28/sutskever13.html)
 * in PyTorch's form:
 *
 *   g ← g + λθ      b ← μb + (1 − τ)g  (b = g at first)
 *   θ ← θ − lr · b, or with nesterov θ − lr · (g + μb)
 */
export class SGD extends Optimizer<SGDGroupOptions> {
  constructor(params: Params<SGDGroupOptions>, ...given: [options?: SGDOptions]) {
    const {
      lr = 1e-3,
      momentum = 0,
      dampening = 0,
      weightDecay = 0,
      nesterov = false,
    } = readOptions(given);
    super(params, { lr, momentum, dampening, weightDecay, nesterov });
  }

  protected override check(options: Partial<SGDGroupOptions>): void {
    const { momentum, dampening, weightDecay, nesterov } = options;
    requireNonNegative('SGD', { momentum, weightDecay });
    if (dampening !== undefined && !Number.isFinite(dampening))
      throw new ValueError('SGD', `dampening=${dampening} must be a number`);
    if (momentum === undefined || dampening === undefined) return; // one option of a group is set
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw new ValueError(
        'SGD',
        `nesterov with momentum=${momentum} and dampening=${dampening}, a positive momentum and dampening 0 are required`,
      );
  }

  /** With momentum its buffer, and how many steps it has taken part in. */
  protected override initialState(param: Tensor, { momentum }: SGDGroupOptions): ParamState {
    return momentum === 0 ? {} : { momentumBuffer: zerosLike(param), step: stepCount() };
  }

  protected override constants({ momentum, dampening, weightDecay }: SGDGroupOptions): number[] {
    return [momentum, dampening, weightDecay];
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { momentumBuffer, step }: ParamState,
    group: ParamGroup<SGDGroupOptions>,
  ): void {
    const { rate, constants } = group;
    if (!group.isOn('momentum') || momentumBuffer === undefined || step === undefined) {
      sgdStepPlain.inPlace('SGD', [param, grad, rate, constants], {});
      return;
    }
    const inputs = [param, momentumBuffer, grad, rate, constants, step];
    sgdStep.inPlace('SGD', inputs, { nesterov: group.isOn('nesterov') });
    countStep(step);
  }
}
