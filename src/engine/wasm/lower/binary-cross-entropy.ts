/** Binary cross entropy of probabilities and of scores; with weights of the positive part the reference kernel computes it. */
import { requireBinaryTargets, requireProbabilities } from '../../../core/probabilities.js';
import { numel } from '../../../core/shape.js';
import type { LossAttrs } from '../../../graph/attrs/training.js';
import { operands } from '../../../graph/op.js';
import type { KernelName } from '../../compiler/kernel-name.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Lowerings } from '../../compiler/target.js';
import { double } from './double.js';

function emitLosses(
  { inputs, outputs, attrs }: PlanNode<LossAttrs>,
  context: LowerContext,
  kernel: KernelName,
): void {
  const [x, target] = operands(inputs);
  const [loss] = operands(outputs);
  const count = numel(x.shape);
  const given = [context.input(x), context.input(target)];
  const written = context.output(loss);
  if (attrs.reduction === 'none') {
    context.emit(kernel, [...given, written, count]);
    return;
  }
  const losses = context.scratch(4 * count);
  const sums = context.scratch(8 * context.threads);
  const factor = double(attrs.reduction === 'mean' ? 1 / count : 1);
  context.emit(kernel, [...given, losses, count]);
  const summands = losses.readonly();
  context.emit('sumParts', [summands, sums, count]);
  context.emit('sumTotal', [sums.readonly(), written, 0, 0, ...factor, summands, count]);
}

const isFloat = ({ inputs }: PlanNode) => inputs.every(({ dtype }) => dtype === 'float32');

export const bceLowerings: Lowerings = {
  bce: lowering<LossAttrs>((node, context) => {
    const [p, target] = operands(node.inputs);
    if (!isFloat(node)) return false;
    context.check(p, requireProbabilities);
    context.check(target, (data) => requireBinaryTargets('binaryCrossEntropy', data));
    emitLosses(node, context, 'bceLosses');
    return true;
  }),

  bceWithLogits: lowering<LossAttrs>((node, context) => {
    const [, target] = operands(node.inputs);
    if (!isFloat(node) || node.inputs.length > 2) return false;
    context.check(target, (data) => requireBinaryTargets('binaryCrossEntropyWithLogits', data));
    emitLosses(node, context, 'bceLogitsLosses');
    return true;
  }),
};
