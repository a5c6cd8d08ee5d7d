/** Which values a plan of precision `bfloat16` stores in bfloat16: those that only kernels for it read. */
import type { Graph, Value } from '../../graph/graph.js';
import type { NodeOfPlan } from './plan-node.js';

/** The inputs that lowerings take in bfloat16 as they are, by op. */
const taken: Readonly<Record<string, readonly number[]>> = {
  conv2d: [0],
  conv2dBackwardInput: [0],
  conv2dBackwardWeight: [0, 1],
  linear: [0],
  matmul: [0, 1],
  batchNorm: [0],
  batchNormEval: [0],
  batchNormBackward: [0, 1],
  batchNormRelu: [0],
  batchNormReluBackward: [0, 1],
  batchNormAddRelu: [0, 3],
  batchNormAddReluBackward: [0, 1, 5],
  batchNormReluMaxPool: [0],
  batchNormReluMaxPoolBackward: [0, 1, 6],
  batchNormEvalRelu: [0],
  batchNormEvalAddRelu: [0, 5],
  maxPoolBlocked: [0],
  maxPoolBlockedBackward: [0, 2],
  avgPool2d: [0],
  avgPool2dBackward: [0],
  adaptiveAvgPool2d: [0],
  adaptiveAvgPool2dBackward: [0],
  relu: [0],
  reluBackward: [0, 1],
  add: [0, 1],
  addRelu: [0, 1],
  dropout: [0],
  sum: [0],
};

/** The values, float32 in the graph, whose readers all take bfloat16; a view's readers are its source's. */
export function bfloat16Values(graph: Graph, nodes: readonly NodeOfPlan[]): ReadonlySet<Value> {
  const refused = new Set([...graph.outputs, ...graph.updates.map(({ next }) => next)]);
  const suited = new Set<Value>();
  for (const { op, name, inputs, outputs } of nodes.toReversed()) {
    const isView = op?.view === true;
    inputs.forEach((value, i) => {
      const takes = isView ? outputs.every((view) => suited.has(view)) : taken[name]?.includes(i);
      if (takes !== true || value.dtype !== 'float32') refused.add(value);
      else suited.add(value);
      if (refused.has(value)) suited.delete(value);
    });
  }
  return suited;
}
