/** A relu as the last step of the kernel before it: of a convolution, or of the sum that ends a residual block. */
import { sameShape } from '../../../core/shape.js';
import { operands } from '../../../graph/op.js';
import type { NamedNode } from '../plan-node.js';
import type { Rewriter } from './rewriter.js';

export function fuseRelu(graph: Rewriter): void {
  for (const conv of graph.named('conv2d')) {
    const relu = reluAfter(graph, conv);
    if (relu === undefined) continue;
    const attrs = { ...conv.attrs, relu: true };
    graph.fuse([conv, relu], { ...conv, attrs, outputs: relu.outputs });
  }
  for (const add of graph.named('add')) {
    const relu = reluAfter(graph, add);
    const [a, b] = operands(add.inputs);
    if (relu === undefined || !sameShape(a.shape, b.shape)) continue;
    graph.fuse([add, relu], { ...add, name: 'addRelu', outputs: relu.outputs });
  }
}

function reluAfter(graph: Rewriter, node: NamedNode): NamedNode | undefined {
  const [y] = operands(node.outputs);
  const reader = y.dtype === 'float32' ? graph.soleReader(y) : undefined;
  return reader?.name === 'relu' ? reader : undefined;
}
