/** A recorded step as an ONNX model: states that the step changes are inputs and outputs, the others are constants. */
import type { TypedArray } from '../../src/core/dtype.js';
import type { Graph, GraphNode, Value } from '../../src/graph/graph.js';
import { OnnxFile } from './onnx-file.js';
import type { Target } from './onnx-lowering.js';
import { dropoutSwitch, lowerings } from './onnx-ops.js';

/** `arrays` are what the graph's inputs hold; the first `args` of them are the step's arguments. */
export function toOnnx(graph: Graph, arrays: readonly TypedArray[], args: number): Uint8Array {
  const file = new OnnxFile();
  const name = ({ id }: Value) => `v${id}`;
  const nodes = liveNodes(graph);
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]);
  const made = new Set(nodes.flatMap(({ op, outputs }) => (op.name === 'nextKey' ? [] : outputs)));

  const updates = graph.updates.filter(({ next }) => made.has(next));
  const changing = new Set(updates.map(({ state }) => state));
  graph.inputs.forEach((value, i) => {
    const array = arrays[i];
    if (!used.has(value) || array === undefined) return;
    // A scalar may be the learning rate, which is set from outside.
    if (i < args || changing.has(value) || value.shape.length === 0)
      file.input(name(value), elementType(value), value.shape);
    else file.initializer(name(value), elementType(value), value.shape, array);
  });
  for (const { value, data } of graph.constants)
    if (used.has(value)) file.initializer(name(value), elementType(value), value.shape, data);
  if (nodes.some(({ op }) => op.name === 'dropout')) file.input(dropoutSwitch, 'float32', []);

  const makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  const target: Target = {
    file,
    name,
    isUsed: (value) => used.has(value),
    makerOf(value) {
      const maker = makers.get(value);
      if (maker === undefined) throw new Error(`no node makes value %${value.id}`);
      return maker;
    },
    masks: new Map(),
  };
  for (const node of nodes) {
    const lower = lowerings[node.op.name];
    if (lower === undefined) throw new Error(`op '${node.op.name}' has no ONNX form here`);
    lower(target, node);
  }
  for (const value of [...graph.outputs, ...updates.map(({ next }) => next)])
    file.output(name(value), elementType(value), value.shape);
  return file.encode();
}

/** The nodes whose results somebody uses. */
export function liveNodes(graph: Graph): readonly GraphNode[] {
  const needed = new Set<Value>([...graph.outputs, ...graph.updates.map(({ next }) => next)]);
  const live: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    for (const value of node.inputs) needed.add(value);
    live.push(node);
  }
  return live.reverse();
}

function elementType({ dtype }: Value): 'float32' | 'int32' {
  if (dtype === 'float32' || dtype === 'int32') return dtype;
  throw new Error(`${dtype} has no ONNX form here`);
}
