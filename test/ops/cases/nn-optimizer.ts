import { adamStep, adamStepAmsgrad } from '../../../src/ops/adam-step.js';
import { rmspropStep } from '../../../src/ops/rmsprop-step.js';
import { sgdStep, sgdStepPlain } from '../../../src/ops/sgd-step.js';
import { fromArray, tensor, zeros, zerosLike } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { input, type OpCase } from '../op-case.js';

/** Twelve learning rates, so that each step has another one. */
const rates = [0.1, 0.1, 0.05, 0.05, 0.02, 0.2, 0.1, 0.01, 0.03, 0.1, 0.07, 0.004];
const parameters = 5;

/** Runs `step` with each gradient and learning rate; the parameter and its states after the last. */
type Step = (param: Tensor, states: Tensor[], grad: Tensor, lr: Tensor, count: number) => void;

function optimizer(
  name: string,
  op: string,
  torch: string,
  step: Step,
  states: Readonly<Record<string, boolean>> = {},
): OpCase {
  const used = Object.keys(states).filter((state) => states[state]);
  return {
    name,
    ops: [op],
    grad: false,
    inputs: [
      input([parameters]),
      input([rates.length, parameters]),
      input([rates.length], { values: rates }),
    ],
    run(param, grads, lrs) {
      const tensors = Object.values(states).map((on) => (on ? zerosLike(param) : zeros([0])));
      rates.forEach((_, i) => {
        step(param, tensors, grads.at(i), lrs.at(i), i);
      });
      return [param, ...tensors.filter((tensor) => tensor.numel() > 0)];
    },
    torch:
      `(p := torch.nn.Parameter(a.clone()), o := torch.optim.${torch}, ` +
      '[(setattr(p, "grad", b[i].clone()), o.param_groups[0].update(lr=c[i].item()), o.step()) for i in range(len(c))], ' +
      `p.detach(), *[o.state[p][key] for key in ${JSON.stringify(used)}])[3:]`,
  };
}

const int = (value: number) => fromArray(Int32Array.of(value), []);

function sgd(momentum: number, dampening: number, nesterov: boolean, weightDecay: number): OpCase {
  const constants = () => tensor([momentum, dampening, weightDecay]);
  return optimizer(
    `sgdStep ${[momentum, dampening, nesterov, weightDecay]}`,
    'sgdStep',
    `SGD([p], 1, ${momentum}, ${dampening}, ${weightDecay}, ${nesterov ? 'True' : 'False'})`,
    (param, [buffer = param], grad, lr, count) =>
      void sgdStep.inPlace('step', [param, buffer, grad, lr, constants(), int(count)], {
        nesterov,
      }),
    { momentum_buffer: true },
  );
}

function plain(weightDecay: number): OpCase {
  return optimizer(
    `sgdStepPlain ${weightDecay}`,
    'sgdStepPlain',
    `SGD([p], 1, weight_decay=${weightDecay})`,
    (param, _states, grad, lr) =>
      void sgdStepPlain.inPlace('step', [param, grad, lr, tensor([0, 0, weightDecay])], {}),
  );
}

function adam(decoupled: boolean, amsgrad: boolean, weightDecay: number, eps = 1e-8): OpCase {
  const constants = () => tensor([1 - 0.8, 1 - 0.95, eps, weightDecay]);
  const op = amsgrad ? adamStepAmsgrad : adamStep;
  const kind = `${decoupled ? 'AdamW' : 'Adam'}`;
  return optimizer(
    `${op.definition.name} as ${kind} weightDecay ${weightDecay} eps ${eps}`,
    op.definition.name,
    `${kind}([p], 1, (0.8, 0.95), ${eps}, ${weightDecay}, ${amsgrad ? 'True' : 'False'})`,
    (param, states, grad, lr, count) =>
      void op.inPlace('step', [param, ...states, grad, lr, constants(), int(count + 1)], {
        decoupled,
      }),
    { exp_avg: true, exp_avg_sq: true, ...(amsgrad && { max_exp_avg_sq: true }) },
  );
}

function rmsprop(momentum: number, centered: boolean, weightDecay: number, eps = 1e-8): OpCase {
  const attrs = { momentum: momentum !== 0, centered };
  const constants = () => tensor([1 - 0.9, eps, weightDecay, momentum]);
  return optimizer(
    `rmspropStep ${[0.9, eps, weightDecay, momentum, centered]}`,
    'rmspropStep',
    `RMSprop([p], 1, 0.9, ${eps}, ${weightDecay}, ${momentum}, ${centered ? 'True' : 'False'})`,
    (param, states, grad, lr) =>
      void rmspropStep.inPlace('step', [param, ...states, grad, lr, constants()], attrs),
    { square_avg: true, momentum_buffer: momentum !== 0, grad_avg: centered },
  );
}

export const optimizerCases: readonly OpCase[] = [
  plain(0),
  plain(0.1),
  sgd(0.9, 0, false, 0),
  sgd(0.9, 0.5, false, 0.1),
  sgd(0.8, 0, true, 0),
  sgd(0.8, 0, true, 0.1),
  adam(false, false, 0),
  adam(false, false, 0.1),
  adam(false, false, 0.1, 0.5),
  adam(false, true, 0.1),
  adam(true, false, 0.1),
  adam(true, true, 0.1, 0.5),
  rmsprop(0, false, 0),
  rmsprop(0, false, 0.1, 0.5),
  rmsprop(0.9, false, 0.1),
  rmsprop(0, true, 0.1, 0.5),
  rmsprop(0.9, true, 0),
];
