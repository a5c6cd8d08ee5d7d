/** Which values a plan of precision `bfloat16` stores in bfloat16: those that only kernels for it read. */
import type { Graph, Value } from '../../graph/graph.js';
import type { NamedNode } from './plan-node.js';
import type { Target } from './target.js';

/** The values, float32 in the graph, whose readers all take bfloat16; a view's readers are its source's. */
export function bfloat16Values(
  graph: Graph,
  nodes: readonly NamedNode[],
  { takesBfloat16 }: Pick<Target, 'takesBfloat16'>,
): ReadonlySet<Value> {
  const refused = new Set([...graph.outputs, ...graph.updates.map(({ next }) => next)]);
  const read = new Set<Value>();
  const suits = (value: Value) => read.has(value) && !refused.has(value);
  // From the last node on: a value's readers have been seen when its producer comes.
  for (const node of nodes.toReversed())
    node.inputs.forEach((value, i) => {
      const takes = node.op?.view === true ? node.outputs.every(suits) : takesBfloat16(node, i);
      read.add(value);
      if (!takes || value.dtype !== 'float32') refused.add(value);
    });
  return new Set([...read].filter(suits));
}
