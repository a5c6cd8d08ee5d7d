/** Optimizer steps: a parameter and its state updated in one pass. */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { KernelName } from '../kernel-table.js';
import type { Pointer } from '../region.js';
import { type LowerContext, type Lowering, lowering, type Word } from './context.js';
import { double } from './double.js';

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

interface SgdStepAttrs {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

const sgdStep = lowering<SgdStepAttrs>((node, context) => {
  const [param, buffer, grad, lr, step] = operands(node.inputs);
  const [newParam, newBuffer] = operands(node.outputs);
  const { momentum, dampening, nesterov, weightDecay } = node.attrs;
  const [theta, b, g] = [context.input(param), context.input(buffer), context.input(grad)];
  const scalars = [context.input(lr), context.input(step)];
  const written = [context.output(newParam), context.output(newBuffer)];
  const constants = [momentum, dampening, weightDecay].flatMap(double);
  const words = [theta, b, g, ...scalars, ...written, numel(param.shape), Number(nesterov), 0];
  emitStep(context, 'sgdStep', param, [...words, ...constants], [theta, b, g, ...written]);
  return true;
});

const sgdStepPlain = lowering<{ readonly weightDecay: number }>((node, context) => {
  const [param, grad, lr] = operands(node.inputs);
  const [newParam] = operands(node.outputs);
  const theta = context.input(param);
  const g = context.input(grad);
  const rate = context.input(lr);
  const to = context.output(newParam);
  const constants = [0, 0, node.attrs.weightDecay].flatMap(double);
  const words = [theta, 0, g, rate, 0, to, 0, numel(param.shape), 0, 0, ...constants];
  emitStep(context, 'sgdStep', param, words, [theta, g, to]);
  return true;
});

interface AdamStepAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly decoupled: boolean;
}

/** θ, m, v, with amsgrad the greatest v so far, gradient, lr, step → the first of them, new. */
function adamStep(amsgrad: boolean): Lowering {
  return lowering<AdamStepAttrs>((node, context) => {
    const { beta1, beta2, eps, weightDecay, decoupled } = node.attrs;
    const states = amsgrad ? 4 : 3;
    const read = node.inputs.map((value) => context.input(value));
    const written = node.outputs.map((value) => context.output(value));
    const unused = amsgrad ? [] : [0];
    const count = numel(operands(node.inputs)[0].shape);
    const constants = [beta1, beta2, eps, weightDecay].flatMap(double);
    const words = [
      ...[...read.slice(0, states), ...unused, ...read.slice(states), ...written, ...unused],
      ...[count, Number(decoupled), 0, ...constants],
    ];
    const kernel = amsgrad ? 'adamStepAmsgrad' : 'adamStep';
    const own = [...read.slice(0, states + 1), ...written];
    emitStep(context, kernel, operands(node.inputs)[0], words, own);
    return true;
  });
}

interface RmspropStepAttrs {
  readonly alpha: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly centered: boolean;
}

const rmspropStep = lowering<RmspropStepAttrs>((node, context) => {
  const [param, , , , grad, lr] = operands(node.inputs);
  const { alpha, eps, weightDecay, momentum, centered } = node.attrs;
  const used = [true, true, momentum !== 0, centered];
  const states = node.inputs.slice(0, 4).map((value) => context.input(value));
  const gradient = context.input(grad);
  const rate = context.input(lr);
  const written = node.outputs.map((value) => context.output(value));
  const present = (pointers: readonly Pointer[]) => pointers.map((p, k) => (used[k] ? p : 0));
  const constants = [alpha, eps, weightDecay, momentum].flatMap(double);
  const words = [...present(states), gradient, rate, ...present(written), numel(param.shape), 0];
  const own = [...states.filter((_, k) => used[k]), gradient, ...written.filter((_, k) => used[k])];
  emitStep(context, 'rmspropStep', param, [...words, ...constants], own);
  return true;
});

export const optimizerLowerings: Readonly<Record<string, Lowering>> = {
  sgdStep,
  sgdStepPlain,
  adamStep: adamStep(false),
  adamStepAmsgrad: adamStep(true),
  rmspropStep,
};
