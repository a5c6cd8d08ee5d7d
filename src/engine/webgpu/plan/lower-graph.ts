/** The kernels that a graph takes, in order; an op without one is a call on the host. */
import type { DType, TypedArray } from '../../../core/dtype.js';
import { numel, type Shape } from '../../../core/shape.js';
import type { Graph, Value } from '../../../graph/graph.js';
import type { NamedNode } from '../../compiler/plan-node.js';
import { rewriteGraph } from '../../compiler/rewrite-graph.js';
import type { Precision } from '../../precision.js';
import { deviceBytes, halfBytes } from '../device/elements.js';
import { isFeasible } from '../kernel.js';
import { lowerings } from '../lower/table.js';
import type { LowerContext } from '../lowering.js';
import { fuseMaps } from './fuse-maps.js';
import { halfValues } from './half-values.js';
import type { Abilities, Item, Lowered } from './lowered.js';

export function lowerGraph(
  graph: Graph,
  abilities: Abilities,
  precision: Precision = 'float32',
): Lowered {
  const { tiles, winograd, largestBuffer, mostBindings } = abilities;
  const nodes = rewriteGraph(graph, [], { threads: 1, winograd: false, precision: 'float32' });
  const producers = new Map<Value, NamedNode>();
  for (const node of nodes) for (const value of node.outputs) producers.set(value, node);
  const roots = new Map<Value, Value>();
  const rootOf = (value: Value): Value => {
    const root = roots.get(value);
    return root === undefined ? value : rootOf(root);
  };
  const checks: { value: Value; check(data: TypedArray): void }[] = [];
  let scratches = 0;
  const context: LowerContext = {
    ...{ tiles, winograd, largestBuffer },
    scratch: (shape: Shape, dtype: DType = 'float32') => ({ id: --scratches, shape, dtype }),
    producerOf: (value) => producers.get(rootOf(value)),
    check: (value, check) => void checks.push({ value: rootOf(value), check }),
  };
  const items: Item[] = [];
  for (const node of nodes) {
    if (node.op?.view === true) {
      const [from] = node.inputs;
      for (const value of node.outputs) if (from !== undefined) roots.set(value, from);
      continue;
    }
    const kernels = kernelsOf(node, context, mostBindings);
    if (kernels === undefined) {
      items.push({ reads: node.inputs, writes: node.outputs, host: node });
      continue;
    }
    for (const kernel of kernels) items.push({ ...kernel, kernel });
    // An empty state that an op does not use is given back as it was.
    node.op?.inPlace?.forEach((input, k) => {
      const [from, to] = [node.inputs[input], node.outputs[k]];
      if (from !== undefined && to !== undefined && numel(to.shape) === 0) roots.set(to, from);
    });
  }
  const asked = new Set([...graph.outputs, ...graph.updates.map(({ next }) => next)].map(rootOf));
  const halves = precision === 'float16' ? halfValues(nodes, items, rootOf, asked) : new Set();
  const isHalf = (value: Value) => halves.has(rootOf(value));
  return {
    items: fuseMaps(items, rootOf, asked, mostBindings),
    ...{ rootOf, isHalf, checks },
    bytesOf(value) {
      const length = numel(value.shape);
      return isHalf(value) ? halfBytes(length) : deviceBytes(value.dtype, length);
    },
  };
}

function kernelsOf(node: NamedNode, context: LowerContext, mostBindings: number) {
  const kernels = lowerings[node.name]?.(node, context);
  return kernels?.every((kernel) => isFeasible(kernel, mostBindings)) === true
    ? kernels
    : undefined;
}
