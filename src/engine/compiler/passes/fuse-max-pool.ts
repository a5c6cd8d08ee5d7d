/**
 * Max pooling whose indices only its own gradient reads: the place in the window, a byte, replaces the place in the
 * plane, and channel-blocked tensors stay as they are. A relu before it commutes with it and joins it, so that it works
 * on a quarter of the elements, and its gradient needs the pooled tensor alone.
 */
import { operands } from '../../../graph/op.js';
import type { NamedNode } from '../plan-node.js';
import type { Rewriter } from './rewriter.js';

/** Places in a window fit into a byte. */
const maxWindow = 256;

export function fuseMaxPool(graph: Rewriter): void {
  for (const pool of graph.named('maxPool2d')) {
    const [x] = operands(pool.inputs);
    const [y, indices] = operands(pool.outputs);
    const { kernelSize } = pool.attrs;
    const back = graph.soleReader(indices);
    if (kernelSize[0] * kernelSize[1] > maxWindow || x.dtype !== 'float32') continue;
    if (back === undefined ? !graph.isReadOnlyBy(indices) : back.name !== 'maxPool2dBackward')
      continue;

    const relu = reluBefore(graph, pool, back);
    const index = graph.newValue(y.shape, 'uint8');
    const attrs = { ...pool.attrs, relu: relu !== undefined };
    graph.fuse(relu === undefined ? [pool] : [relu.forward, pool], {
      name: 'maxPoolBlocked',
      attrs,
      inputs: relu === undefined ? pool.inputs : relu.forward.inputs,
      outputs: back === undefined ? [y] : [y, index],
    });
    if (back === undefined) continue;
    graph.fuse(relu?.backward === undefined ? [back] : [back, relu.backward], {
      name: 'maxPoolBlockedBackward',
      attrs,
      inputs: [operands(back.inputs)[0], index, y],
      outputs: relu?.backward === undefined ? back.outputs : relu.backward.outputs,
    });
  }
}

/** The relu before a pooling, with its gradient after the pooling's, where nobody else reads its result. */
function reluBefore(
  graph: Rewriter,
  pool: NamedNode,
  poolBack: NamedNode | undefined,
): { readonly forward: NamedNode; readonly backward: NamedNode | undefined } | undefined {
  const producer = graph.producerOf(operands(pool.inputs)[0]);
  if (producer?.name !== 'relu') return undefined;
  const [activated] = operands(producer.outputs);
  if (poolBack === undefined)
    return graph.isReadOnlyBy(activated, pool)
      ? { forward: producer, backward: undefined }
      : undefined;
  const backward = graph.soleReader(operands(poolBack.outputs)[0]);
  const isPair = backward?.name === 'reluBackward' && backward.inputs[0] === activated;
  if (!isPair || !graph.isReadOnlyBy(activated, pool, backward)) return undefined;
  return { forward: producer, backward };
}
