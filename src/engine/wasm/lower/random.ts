/** Random numbers of float32; other types are drawn by the reference kernel. */
import { numel } from '../../../core/shape.js';
import type { NormalAttrs, RangeAttrs } from '../../../graph/attrs/random.js';
import { operands } from '../../../graph/op.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';

export const uniformLowering = lowering<RangeAttrs>((node, context) => {
  const { low, high, dtype } = node.attrs;
  if (dtype !== 'float32') return false;
  context.emit('uniform', { ...drawn(node, context), low, range: high - low });
  return true;
});

export const normalLowering = lowering<NormalAttrs>((node, context) => {
  const { mean, std, dtype } = node.attrs;
  if (dtype !== 'float32') return false;
  context.emit('normal', { ...drawn(node, context), mean, std });
  return true;
});

function drawn(node: PlanNode, context: LowerContext) {
  const [key] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const from = context.input(key);
  const { pointer: scratch, bytes: scratchBytes } = context.threadScratch(64);
  return { y: context.output(y), count: numel(y.shape), key: from, scratch, scratchBytes };
}
