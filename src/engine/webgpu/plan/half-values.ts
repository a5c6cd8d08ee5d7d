/**
 * Which values a plan of precision `float16` stores in half: activations, which are what layers make and what is made of
 * activations alone. Gradients come of the loss's, which is none of them, so they stay float32 and need no loss scaling.
 * Parameters are read where they lie: a half copy would be a dispatch and more bytes moved than it saves.
 */
import type { Value } from '../../../graph/graph.js';
import type { NodeName } from '../../compiler/node-attrs.js';
import type { NamedNode } from '../../compiler/plan-node.js';
import type { Item } from './lowered.js';

/** Their first result is an activation. */
const layers = new Set<NodeName>([
  ...(['conv2d', 'linear', 'batchNorm', 'batchNormEval', 'layerNorm', 'groupNorm'] as const),
]);

/** Their first result is an activation where all floats that they are given are. */
const followers = new Set<NodeName>([
  ...(['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'mish', 'softplus', 'clamp'] as const),
  ...(['sigmoid', 'tanh', 'hardsigmoid', 'hardswish', 'softmax'] as const),
  ...(['dropout', 'featureDropout', 'add', 'mul', 'matmul'] as const),
  ...(['maxPool2d', 'avgPool2d', 'adaptiveMaxPool2d', 'adaptiveAvgPool2d'] as const),
  ...(['cat', 'slice', 'permute', 'flip', 'expand'] as const),
]);

/** What they read is no activation: the scores that a loss, and its gradient, is computed from. */
const losses = new Set<NodeName>([
  ...(['crossEntropy', 'crossEntropyBackward', 'nllLoss', 'logSoftmax'] as const),
  ...(['bce', 'bceWithLogits'] as const),
]);

/**
 * They take 1 − y or 1 − y² of a result y: where that is nearly 1, most of the difference would be y's rounding, or nothing
 * would be left of it.
 */
const byDifference = new Set<NodeName>(['sigmoidBackward', 'tanhBackward']);

/** The values, as `rootOf` names them; `asked` are those that the caller gets. */
export function halfValues(
  nodes: readonly NamedNode[],
  items: readonly Item[],
  rootOf: (value: Value) => Value,
  asked: ReadonlySet<Value>,
): ReadonlySet<Value> {
  const scores = new Set(
    nodes.filter(({ name }) => losses.has(name)).flatMap(({ inputs }) => inputs.map(rootOf)),
  );
  const activations = new Set<Value>();
  for (const { name, inputs, outputs } of nodes) {
    const floats = inputs.filter(({ dtype }) => dtype === 'float32');
    const follows = followers.has(name) && floats.every((x) => activations.has(rootOf(x)));
    const [value] = outputs;
    if (value?.dtype !== 'float32' || scores.has(value)) continue;
    if (follows || layers.has(name)) activations.add(value);
  }
  // The host reads and writes no half floats, nor does the caller.
  const exact = items.filter(({ host }) => host).flatMap((item) => [...item.reads, ...item.writes]);
  const saturating = nodes.flatMap(({ name, inputs }) =>
    byDifference.has(name) ? inputs.slice(0, 1) : [],
  );
  for (const value of [...asked, ...[...exact, ...saturating].map(rootOf)])
    activations.delete(value);
  return activations;
}
