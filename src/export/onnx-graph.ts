/** A recorded step as an ONNX model: states that the step changes are inputs and outputs, the others are constants. */
import type { TypedArray } from '../core/dtype.js';
import { DTypeError, internalError, ValueError } from '../core/errors.js';
import type { Graph, GraphNode, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-attrs.js';
import { OnnxFile } from './onnx-file.js';
import { type Lowerings, leftOut, type Target } from './onnx-lowering.js';

export interface OnnxOptions {
  /** How ops are written, by their names. */
  readonly ops: Lowerings;
  /** Whether an input of the graph is given at each run, not kept in the file. */
  readonly isInput: (value: Value, index: number) => boolean;
}

/**
 * `arrays` are what the graph's inputs hold. @throws ValueError or DTypeError for what `ops` or ONNX have no form for
 */
export function toOnnx(
  graph: Graph,
  arrays: readonly TypedArray[],
  { ops, isInput }: OnnxOptions,
): Uint8Array {
  const file = new OnnxFile();
  const name = ({ id }: Value) => `v${id}`;
  const nodes = liveNodes(graph);
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]);
  const written = nodes.filter((node) => loweringOf(node, ops) !== leftOut);
  const made = new Set(written.flatMap(({ outputs }) => outputs));

  const updates = graph.updates.filter(({ next }) => made.has(next));
  const changing = new Set(updates.map(({ state }) => state));
  graph.inputs.forEach((value, i) => {
    const array = arrays[i];
    if (!used.has(value) || array === undefined) return;
    if (changing.has(value) || isInput(value, i))
      file.input(name(value), elementType(value), value.shape);
    else file.initializer(name(value), elementType(value), value.shape, array);
  });
  for (const { value, data } of graph.constants)
    if (used.has(value)) file.initializer(name(value), elementType(value), value.shape, data);

  const makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  const target: Target = {
    file,
    name,
    isUsed: (value) => used.has(value),
    makerOf(value) {
      const maker = makers.get(value);
      if (maker === undefined) throw internalError(`no node makes value %${value.id}`);
      return maker;
    },
  };
  for (const node of written) write(target, node, ops);
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

function write<N extends OpName>(target: Target, node: GraphNode<N>, ops: Lowerings): void {
  ops[node.name]?.(target, node);
}

/** @throws ValueError where there is none */
function loweringOf({ name }: GraphNode, ops: Lowerings): unknown {
  const lower = ops[name];
  if (lower === undefined) throw new ValueError('toOnnx', `op '${name}' has no ONNX form here`);
  return lower;
}

function elementType({ dtype }: Value): 'float32' | 'int32' {
  if (dtype === 'float32' || dtype === 'int32') return dtype;
  throw new DTypeError('toOnnx', `${dtype} has no ONNX form here`);
}
