/** The sum that ends a residual block, as the last step of the convolution before it. */
import { sameShape } from '../../../core/shape.js';
import { operands } from '../../../graph/op.js';
import type { NamedNode } from '../plan-node.js';
import type { Rewriter } from './rewriter.js';

/** The convolution with the sum behind it, or as it is. */
export function withResidual(graph: Rewriter, conv: NamedNode<'conv2d'>): NamedNode<'conv2d'> {
  const [y] = operands(conv.outputs);
  const add = graph.soleReader(y);
  const residual = add?.inputs.find((value) => value !== y);
  const isWhole = conv.inputs.length === 3 && add?.name === 'add' && residual !== undefined;
  if (!isWhole || residual.dtype !== 'float32' || !sameShape(residual.shape, y.shape)) return conv;
  return continued(graph, conv, add, {
    attrs: { ...conv.attrs, adds: true },
    inputs: [...conv.inputs, residual],
  });
}

/** One node in place of the convolution and what follows it. */
export function continued(
  graph: Rewriter,
  conv: NamedNode<'conv2d'>,
  next: NamedNode,
  changes: Partial<Pick<NamedNode<'conv2d'>, 'attrs' | 'inputs'>>,
): NamedNode<'conv2d'> {
  graph.fuse([conv, next], { ...conv, ...changes, outputs: next.outputs });
  const fused = graph.producerOf(operands(next.outputs)[0]);
  return fused?.name === 'conv2d' ? fused : conv;
}
