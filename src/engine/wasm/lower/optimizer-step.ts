/** Optimizer steps: a parameter and its state updated in one pass. */
import { numel } from '../../../core/shape.js';
import type {
  AdamStepAttrs,
  RmspropStepAttrs,
  SgdStepAttrs,
} from '../../../graph/attrs/training.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { KernelName } from '../../compiler/kernel-name.js';
import { type LowerContext, type Lowering, lowering, type Word } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Lowerings } from '../../compiler/target.js';

/** A phase over the elements of `param`; each thread touches its own part of all but the scalars. */
function emitStep(
  context: LowerContext,
  kernel: KernelName,
  param: Value,
  words: readonly Word[],
  own: readonly Pointer[],
): void {
  context.emit(kernel, words, { split: `flat:${numel(param.shape)}`, own });
}

const sgdStep = lowering<SgdStepAttrs>((node, context) => {
  const [param, buffer, grad, lr, constants, step] = operands(node.inputs);
  const [newParam, newBuffer] = operands(node.outputs);
  const [theta, b, g] = [context.input(param), context.input(buffer), context.input(grad)];
  const scalars = [context.input(lr), context.input(step)];
  const numbers = context.input(constants);
  const written = [context.output(newParam), context.output(newBuffer)];
  const words = [theta, b, g, ...scalars, ...written, numel(param.shape)];
  const nesterov = Number(node.attrs.nesterov);
  emitStep(context, 'sgdStep', param, [...words, nesterov, numbers], [theta, b, g, ...written]);
  return true;
});

const sgdStepPlain = lowering((node, context) => {
  const [param, grad, lr, constants] = operands(node.inputs);
  const [newParam] = operands(node.outputs);
  const theta = context.input(param);
  const g = context.input(grad);
  const rate = context.input(lr);
  const numbers = context.input(constants);
  const to = context.output(newParam);
  const words = [theta, 0, g, rate, 0, to, 0, numel(param.shape), 0, numbers];
  emitStep(context, 'sgdStep', param, words, [theta, g, to]);
  return true;
});

/** θ, m, v, with amsgrad the greatest v so far, gradient, lr, constants, step → the first of them, new. */
function adamStep(amsgrad: boolean): Lowering<AdamStepAttrs> {
  return lowering<AdamStepAttrs>((node, context) => {
    const states = amsgrad ? 4 : 3;
    const read = node.inputs.map((value) => context.input(value));
    const written = node.outputs.map((value) => context.output(value));
    const unused = amsgrad ? [] : [0];
    const count = numel(operands(node.inputs)[0].shape);
    const words = [
      ...[...read.slice(0, states), ...unused, ...read.slice(states), ...written, ...unused],
      ...[count, Number(node.attrs.decoupled)],
    ];
    const kernel = amsgrad ? 'adamStepAmsgrad' : 'adamStep';
    const own = [...read.slice(0, states + 1), ...written];
    emitStep(context, kernel, operands(node.inputs)[0], words, own);
    return true;
  });
}

const rmspropStep = lowering<RmspropStepAttrs>((node, context) => {
  const [param, , , , grad, lr, constants] = operands(node.inputs);
  const { momentum, centered } = node.attrs;
  const used = [true, true, momentum, centered];
  const states = node.inputs.slice(0, 4).map((value) => context.input(value));
  const gradient = context.input(grad);
  const scalars = [context.input(lr), context.input(constants)];
  const written = node.outputs.map((value) => context.output(value));
  const present = (pointers: readonly Pointer[]) => pointers.map((p, k) => (used[k] ? p : 0));
  const words = [...present(states), gradient, ...scalars, ...present(written), numel(param.shape)];
  const own = [...states.filter((_, k) => used[k]), gradient, ...written.filter((_, k) => used[k])];
  emitStep(context, 'rmspropStep', param, words, own);
  return true;
});

export const optimizerLowerings: Lowerings = {
  sgdStep,
  sgdStepPlain,
  adamStep: adamStep(false),
  adamStepAmsgrad: adamStep(true),
  rmspropStep,
};
