/** The nodes that a plan is made of: the graph's, without those whose results nobody uses. */
import type { Graph, GraphNode, Value } from '../../graph/graph.js';
import type { OpSpec } from '../../graph/op.js';
import type { PlanNode } from './lower/context.js';

/** A node of a plan; `op` is missing where several ops have been fused into one. */
export interface NodeOfPlan extends PlanNode {
  readonly op: OpSpec | undefined;
}

export function planNodes(graph: Graph): NodeOfPlan[] {
  return withoutDeadNodes(graph).map(({ op, attrs, inputs, outputs }) => ({
    name: op.name,
    op,
    attrs,
    inputs,
    outputs,
  }));
}

function withoutDeadNodes(graph: Graph): GraphNode[] {
  const needed = new Set<Value>([...graph.outputs, ...graph.updates.map(({ next }) => next)]);
  const live: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    for (const value of node.inputs) needed.add(value);
    live.push(node);
  }
  return live.reverse();
}
