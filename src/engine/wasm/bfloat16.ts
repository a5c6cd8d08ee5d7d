/** Which values a plan of precision `bfloat16` stores in bfloat16: those that only kernels for it read. */
import type { Graph, Value } from '../../graph/graph.js';
import { sumsChannels } from './lower/reduction.js';
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
};

function takesBfloat16({ name, inputs, attrs }: NodeOfPlan, position: number): boolean {
  if (name !== 'sum') return taken[name]?.includes(position) ?? false;
  const { dims } = attrs as { readonly dims: readonly number[] }; // The op of that name has them.
  return inputs.every((value) => sumsChannels(value, dims));
}

/** The values, float32 in the graph, whose readers all take bfloat16; a view's readers are its source's. */
export function bfloat16Values(graph: Graph, nodes: readonly NodeOfPlan[]): ReadonlySet<Value> {
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
