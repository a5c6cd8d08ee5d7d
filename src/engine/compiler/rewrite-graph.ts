/** The nodes that a plan is made of: the graph's without those whose results nobody uses, fused where that saves work. */
import type { Graph, GraphNode, Value } from '../../graph/graph.js';
import type { LowerOptions } from './lower-options.js';
import { Rewriter } from './passes/rewriter.js';
import type { NamedNode } from './plan-node.js';
import type { Pass } from './target.js';

export function rewriteGraph(
  graph: Graph,
  passes: readonly Pass[],
  options: LowerOptions,
): NamedNode[] {
  const rewriter = new Rewriter(graph, withoutDeadNodes(graph));
  for (const pass of passes) pass(rewriter, options);
  return rewriter.finish();
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
