/**
 * What follows a convolution that emitted code computes becomes a part of it: the sum that ends a residual block, a clamp, as ReLU6, and
 * a relu behind the sum. Batch normalisation of given statistics is folded into the convolution before.
 */
import { sameShape } from '../../../core/shape.js';
import { operands } from '../../../graph/op.js';
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import { foldBatchNorm } from '../../compiler/passes/fold-batch-norm.js';
import type { Rewriter } from '../../compiler/passes/rewriter.js';
import type { NamedNode, PlanNode } from '../../compiler/plan-node.js';

export function fuseEndings(
  graph: Rewriter,
  takes: (conv: PlanNode<ConvNodeAttrs>) => boolean,
): void {
  foldBatchNorm(graph);
  for (const conv of graph.named('conv2d')) {
    if (!takes(conv)) continue;
    const summed = withResidual(graph, conv);
    withBounds(graph, summed);
  }
}

type Conv = NamedNode<'conv2d'>;

/** The convolution with the sum behind it, or as it is. */
function withResidual(graph: Rewriter, conv: Conv): Conv {
  const [y] = operands(conv.outputs);
  const add = graph.soleReader(y);
  const residual = add?.inputs.find((value) => value !== y);
  const isWhole = conv.inputs.length === 3 && add?.name === 'add' && residual !== undefined;
  if (!isWhole || residual.dtype !== 'float32' || !sameShape(residual.shape, y.shape)) return conv;
  return replaced(graph, conv, add, {
    attrs: { ...conv.attrs, adds: true },
    inputs: [...conv.inputs, residual],
  });
}

function withBounds(graph: Rewriter, conv: Conv): void {
  const clamp = graph.soleReader(operands(conv.outputs)[0]);
  if (clamp?.name !== 'clamp') return;
  const { min, max } = clamp.attrs;
  // What fills the last block of channels is zero, and must stay so; a bound of NaN is left to the op.
  if (!((min ?? 0) <= 0 && (max ?? 0) >= 0)) return;
  replaced(graph, conv, clamp, { attrs: { ...conv.attrs, clamp: { min, max } } });
}

/** One node in place of the convolution and what follows it. */
function replaced(
  graph: Rewriter,
  conv: Conv,
  next: NamedNode,
  changes: Partial<Pick<Conv, 'attrs' | 'inputs'>>,
): Conv {
  graph.fuse([conv, next], { ...conv, ...changes, outputs: next.outputs });
  const fused = graph.producerOf(operands(next.outputs)[0]);
  return fused?.name === 'conv2d' ? fused : conv;
}
