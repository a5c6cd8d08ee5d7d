/** The nodes that a plan is made of: the graph's without those whose results nobody uses, fused where that saves work. */
import type { Graph, GraphNode, Value } from '../../graph/graph.js';
import { foldBatchNorm } from './passes/fold-batch-norm.js';
import { fuseBatchNorm } from './passes/fuse-batch-norm.js';
import { fuseMaxPool } from './passes/fuse-max-pool.js';
import { fuseRelu } from './passes/fuse-relu.js';
import { fuseSquareSum } from './passes/fuse-square-sum.js';
import { Rewriter } from './passes/rewriter.js';
import type { NodeOfPlan } from './plan-node.js';

export function planNodes(graph: Graph): NodeOfPlan[] {
  const nodes = withoutDeadNodes(graph).map(({ op, attrs, inputs, outputs }) => ({
    name: op.name,
    op,
    attrs,
    inputs,
    outputs,
  }));
  const rewriter = new Rewriter(graph, nodes);
  for (const pass of passes) pass(rewriter);
  return rewriter.finish();
}

/** In the order in which they see the nodes; the first to fuse a node has it. */
const passes = [foldBatchNorm, fuseBatchNorm, fuseMaxPool, fuseRelu, fuseSquareSum];

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
