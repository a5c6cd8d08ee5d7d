/** Who still needs a value's memory: what decides whether a result may be written over it. */
import type { Graph, Value } from '../../graph/graph.js';
import type { NamedNode } from './plan-node.js';

export interface ValueUses {
  /** Lowering has come to this node. */
  advance(node: NamedNode): void;
  /** Whether `output` of the current node may be written over the memory of `input`. */
  mayOverwrite(input: Value, output: Value): boolean;
}

export function usesOf(graph: Graph, nodes: readonly NamedNode[]): ValueUses {
  // A view has its source's memory, so uses are counted on the source.
  const sources = new Map<Value, Value>();
  const sourceOf = (value: Value): Value => sources.get(value) ?? value;
  const lastUse = new Map<Value, number>();
  const positions = new Map<NamedNode, number>();
  nodes.forEach((node, position) => {
    positions.set(node, position);
    const [first] = node.inputs;
    for (const value of node.inputs) lastUse.set(sourceOf(value), position);
    if (node.op?.view === true && first !== undefined)
      for (const value of node.outputs) sources.set(value, sourceOf(first));
  });

  const readAtEnd = new Set(graph.outputs.map(sourceOf));
  const nextOf = new Map(graph.updates.map(({ state, next }) => [state, next]));
  for (const { next, state } of graph.updates) if (next !== state) readAtEnd.add(sourceOf(next));
  const outside = new Set([...graph.inputs, ...graph.constants.map(({ value }) => value)]);

  let current = -1;
  return {
    advance(node) {
      current = positions.get(node) ?? current;
    },
    mayOverwrite(input, output) {
      const source = sourceOf(input);
      if ((lastUse.get(source) ?? -1) > current || readAtEnd.has(source)) return false;
      return outside.has(source) ? nextOf.get(source) === output : true;
    },
  };
}
