/**
 * The intermediate representation: a straight list of op calls on values, each assigned once. An eager op is a graph
 * of one node; a compiled step is a graph of hundreds. Engines turn a graph into a plan (`engine/engine.ts`).
 */
import type { TypedArray } from '../core/dtype.js';
import { formatShape } from '../core/shape.js';
import { attrsText } from './attrs-text.js';
import { type NdArray, type Operands, type OpSpec, operands, type TensorType } from './op.js';
import type { OpAttrs, OpName } from './op-attrs.js';

/** A tensor of the graph: assigned once, by the caller, a constant or a node. */
export interface Value extends TensorType {
  readonly id: number;
}

interface Call<N extends OpName> {
  readonly name: N;
  readonly op: OpSpec<N>;
  readonly attrs: OpAttrs[N];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** One call of an op, of any or of those named: `name` tells which attributes it has. */
export type GraphNode<N extends OpName = OpName> = { [K in N]: Call<K> }[N];

/** A call of `op` with attributes of its own. */
export function graphNode<N extends OpName>(
  op: OpSpec<N>,
  attrs: OpAttrs[N],
  inputs: readonly Value[],
  outputs: readonly Value[],
): GraphNode {
  const call: Call<N> = { name: op.name, op, attrs, inputs, outputs };
  return call as GraphNode; // a call of N is one of all calls: nothing that TypeScript can tell of an open N
}

/** Runs a call by its op's own kernel. */
export function runReference<N extends OpName>(
  node: GraphNode<N>,
  inputs: Operands<NdArray>,
  outputs: Operands<NdArray>,
): void {
  node.op.reference(inputs, outputs, node.attrs);
}

/** Multiply-adds of a call. */
export function multiplyAdds<N extends OpName>({
  op,
  attrs,
  inputs,
  outputs,
}: GraphNode<N>): number {
  return op.multiplyAdds?.(operands(inputs), operands(outputs), attrs) ?? 0;
}

export interface Graph {
  /** Bound to arrays at each run: the step's arguments and the states it reads (parameters, statistics, counters). */
  readonly inputs: readonly Value[];
  /** Those of the inputs that are, as a rule, what they were in the run before: what depends on them alone may be kept. */
  readonly steady: readonly Value[];
  /** Values known when the graph was made. */
  readonly constants: readonly { readonly value: Value; readonly data: TypedArray }[];
  /** In an order in which every value is assigned before it is used. */
  readonly nodes: readonly GraphNode[];
  /** Copied to the caller's arrays at each run. */
  readonly outputs: readonly Value[];
  /** States that the step changes: after a run the array of input `state` holds `next`. */
  readonly updates: readonly { readonly state: Value; readonly next: Value }[];
}

/** A graph of one call, whose inputs and outputs are the call's. */
export function singleNodeGraph<N extends OpName>(
  op: OpSpec<N>,
  inputTypes: readonly TensorType[],
  attrs: OpAttrs[N],
  outputTypes: readonly TensorType[],
): Graph {
  let id = 0;
  const value = ({ shape, dtype }: TensorType): Value => ({ id: id++, shape, dtype });
  const inputs = inputTypes.map(value);
  const outputs = outputTypes.map(value);
  const nodes = [graphNode(op, attrs, inputs, outputs)];
  return { inputs, steady: [], constants: [], nodes, outputs, updates: [] };
}

/** The graph as text, one line per call: `%3 [32,64,7,7] = conv2d(%0, %1) {"stride":[1,1]}`. */
export function formatGraph(graph: Graph): string {
  const name = (value: Value) => `%${value.id}`;
  const typed = (value: Value) =>
    `${name(value)} ${value.dtype === 'float32' ? '' : value.dtype}${formatShape(value.shape)}`;
  const lines = [`inputs ${graph.inputs.map(typed).join(', ')}`];
  for (const { value } of graph.constants) lines.push(`${typed(value)} = constant`);
  for (const { name: op, attrs, inputs, outputs } of graph.nodes) {
    const shown = Object.keys(attrs).length === 0 ? '' : ` ${attrsText(attrs)}`;
    lines.push(`${outputs.map(typed).join(', ')} = ${op}(${inputs.map(name).join(', ')})${shown}`);
  }
  for (const { state, next } of graph.updates) lines.push(`${name(state)} ← ${name(next)}`);
  lines.push(`return ${graph.outputs.map(name).join(', ')}`);
  return lines.join('\n');
}
