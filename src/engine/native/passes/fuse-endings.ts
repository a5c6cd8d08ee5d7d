/**
 * What follows a convolution that emitted code computes becomes a part of it: the sum that ends a residual block, a clamp, as ReLU6, and
 * a relu behind the sum. Batch normalisation of given statistics is folded into the convolution before.
 */
import { operands } from '../../../graph/op.js';
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import { foldBatchNorm } from '../../compiler/passes/fold-batch-norm.js';
import { continued, withResidual } from '../../compiler/passes/fuse-residual.js';
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

function withBounds(graph: Rewriter, conv: NamedNode<'conv2d'>): void {
  const clamp = graph.soleReader(operands(conv.outputs)[0]);
  if (clamp?.name !== 'clamp') return;
  const { min, max } = clamp.attrs;
  // What fills the last block of channels is zero, and must stay so; a bound of NaN is left to the op.
  if (!((min ?? 0) <= 0 && (max ?? 0) >= 0)) return;
  continued(graph, conv, clamp, { attrs: { ...conv.attrs, clamp: { min, max } } });
}
