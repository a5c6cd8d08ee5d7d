/** Binary cross entropy of probabilities and of scores; with weights of the positive part the reference kernel computes it. */
import { requireBinaryTargets, requireProbabilities } from '../../../core/probabilities.js';
import { numel } from '../../../core/shape.js';
import type { LossAttrs } from '../../../graph/attrs/training.js';
import { operands } from '../../../graph/op.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Lowerings } from '../../compiler/target.js';

function emitLosses(
  { inputs, outputs, attrs }: PlanNode<LossAttrs>,
  context: LowerContext,
  kernel: 'bceLosses' | 'bceLogitsLosses',
): void {
  const [scores, truth] = operands(inputs);
  const [loss] = operands(outputs);
  const count = numel(scores.shape);
  const x = context.input(scores);
  const target = context.input(truth);
  const y = context.output(loss);
  if (attrs.reduction === 'none') {
    context.emit(kernel, { x, target, losses: y, count });
    return;
  }
  const losses = context.scratch(4 * count);
  const sums = context.scratch(8 * context.threads);
  const factor = attrs.reduction === 'mean' ? 1 / count : 1;
  context.emit(kernel, { x, target, losses, count });
  context.emit('sumParts', { x: losses, sums, count });
  context.emit('sumTotal', { sums, y, root: false, squared: false, factor, x: losses, count });
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
