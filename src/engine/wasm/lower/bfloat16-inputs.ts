/** Which inputs lowerings take in bfloat16, those of a provider (`native`) as well. */
import type { NodeName } from '../../compiler/node-attrs.js';
import type { NamedNode } from '../../compiler/plan-node.js';
import { sumsChannels } from './reduction.js';

/** The inputs that lowerings take in bfloat16 as they are, by op. */
const taken: { readonly [N in NodeName]?: readonly number[] } = {
  conv2d: [0, 3],
  conv2dBackwardInput: [0],
  conv2dBackwardWeight: [0, 1],
  linear: [0],
  matmul: [0, 1],
  batchNorm: [0],
  batchNormEval: [0],
  batchNormBackward: [0, 1],
  batchNormRelu: [0],
  batchNormReluBackward: [0, 1],
  batchNormClamp: [0],
  batchNormClampBackward: [0, 1],
  batchNormAddRelu: [0, 3],
  batchNormAddReluBackward: [0, 1, 5],
  batchNormReluMaxPool: [0],
  batchNormReluMaxPoolBackward: [0, 1, 6],
  batchNormEvalRelu: [0],
  batchNormEvalAddRelu: [0, 5],
  batchNormEvalClamp: [0],
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

/** Whether input `position` may be stored in bfloat16. */
export function takesBfloat16(node: NamedNode, position: number): boolean {
  if (node.name !== 'sum') return taken[node.name]?.includes(position) ?? false;
  const { dims } = node.attrs;
  return node.inputs.every((value) => sumsChannels(value, dims));
}
