/** Batch normalisation that follows a convolution or a linear layer, as part of that one's weight and bias. */
import type { TypedArray } from '../core/dtype.js';
import { numel } from '../core/shape.js';
import type { Graph, GraphNode, Value } from '../graph/graph.js';

export interface Folded {
  readonly nodes: readonly GraphNode[];
  /** Weights and biases that are new, and the value of the graph whose place each takes; null for a bias that was not there. */
  readonly made: ReadonlyMap<Value, { readonly data: Float32Array; readonly of: Value | null }>;
}

/** `dataOf` gives the elements of values that never change. */
export function foldBatchNorm(
  { outputs }: Graph,
  nodes: readonly GraphNode[],
  dataOf: (value: Value) => TypedArray | undefined,
): Folded {
  const uses = countUses(nodes, outputs);
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  const made = new Map<Value, { data: Float32Array; of: Value | null }>();
  const replaced = new Map<GraphNode, GraphNode | null>();
  for (const norm of nodes) {
    if (norm.name !== 'batchNormEval') continue;
    const [x, ...statistics] = norm.inputs;
    const layer = x && makers.get(x);
    if (!x || !layer || uses.get(x) !== 1) continue;
    if (layer.name !== 'conv2d' && layer.name !== 'linear') continue;
    const [input, weight, bias] = layer.inputs;
    const [gamma, beta, mean, variance] = statistics.map(dataOf);
    const weights = weight && dataOf(weight);
    const biases = bias && dataOf(bias);
    if (!input || !weight || !weights || !gamma || !beta || !mean || !variance) continue;
    if (bias !== undefined && biases === undefined) continue;
    const scale = Float64Array.from(
      gamma,
      (g, o) => g / Math.sqrt(at(variance, o) + norm.attrs.eps),
    );
    const row = numel(weight.shape.slice(1));
    const folded = Float32Array.from(weights, (w, i) => w * at(scale, Math.floor(i / row)));
    const shift = Float32Array.from(
      beta,
      (b, o) => b + ((biases === undefined ? 0 : at(biases, o)) - at(mean, o)) * at(scale, o),
    );
    const newWeight = { ...weight };
    const newBias: Value = { id: -1, dtype: 'float32', shape: [shift.length] };
    made.set(newWeight, { data: folded, of: weight });
    made.set(newBias, { data: shift, of: bias ?? null });
    replaced.set(norm, { ...layer, inputs: [input, newWeight, newBias], outputs: norm.outputs });
    replaced.set(layer, null);
  }
  const kept = nodes.flatMap((node) => {
    const other = replaced.get(node);
    return other === null ? [] : [other ?? node];
  });
  return { nodes: kept, made };
}

function countUses(nodes: readonly GraphNode[], outputs: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  for (const value of [...nodes.flatMap(({ inputs }) => inputs), ...outputs])
    uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}

function at(array: TypedArray, index: number): number {
  return array[index] ?? 0;
}
