/** A recorded step as an ONNX model: states that the step changes are inputs and outputs, the others are constants. */
import type { TypedArray } from '../core/dtype.js';
import { internalError, ValueError } from '../core/errors.js';
import type { Graph, GraphNode, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-attrs.js';
import { batchSizes, fixedSizes } from './batch-sizes.js';
import { type Folded, foldBatchNorm } from './fold-batch-norm.js';
import { OnnxFile, requireElementType } from './onnx-file.js';
import { type Lowerings, leftOut, type Target } from './onnx-lowering.js';

export interface OnnxOptions {
  /** How ops are written, by their names. */
  readonly ops: Lowerings;
  /** Whether an input of the graph is given at each run, not kept in the file. */
  readonly isInput: (value: Value, index: number) => boolean;
  /** What a value is to be called. @default `v` and its number */
  readonly nameOf?: (value: Value) => string;
  /** The same step with another size of batch, where the file is to take any. */
  readonly other?: Graph;
}

/**
 * `arrays` are what the graph's inputs hold; batch normalisation goes into the layer before it where both stay as they are.
 *
 * @throws ValueError or DTypeError for what `ops` or ONNX have no form for
 */
export function toOnnx(
  graph: Graph,
  arrays: readonly TypedArray[],
  { ops, isInput, nameOf = ({ id }) => `v${id}`, other }: OnnxOptions,
): OnnxFile {
  const file = new OnnxFile();
  const sizes = other === undefined ? fixedSizes : batchSizes(graph, other);
  const live = liveNodes(graph);
  const written = live.filter((node) => loweringOf(node, ops) !== leftOut);
  const kept = new Set(written.flatMap(({ outputs }) => outputs));
  const updates = graph.updates.filter(({ next }) => kept.has(next));
  const changing = new Set(updates.map(({ state }) => state));
  const data = new Map<Value, TypedArray>(graph.constants.map((c) => [c.value, c.data]));
  graph.inputs.forEach((value, i) => {
    const array = arrays[i];
    if (array && !changing.has(value) && !isInput(value, i)) data.set(value, array);
  });

  const { nodes, made } = foldBatchNorm(graph, live, (value) => data.get(value));
  const name = namer(file, nameOf, nodes, made);
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]);
  const given = graph.inputs.filter((value) => used.has(value) && !data.has(value));
  const target = targetOf(file, nodes, { name, used, sizes, input: given[0] });
  for (const value of given) file.input(name(value), requireElementType(value.dtype), sizes(value));
  for (const [value, { data: array }] of made)
    file.initializer(name(value), 'float32', value.shape, array);
  const own = new Set(graph.constants.map(({ value }) => value));
  for (const [value, array] of data)
    if (used.has(value)) writeConstant(target, value, array, own.has(value));
  for (const node of nodes) write(target, node, ops);
  for (const value of [...graph.outputs, ...updates.map(({ next }) => next)])
    file.output(name(value), requireElementType(value.dtype), sizes(value));
  return file;
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

/** Names of the file's own, each given once: a folded weight has that of the weight, a bias that was not there one beside it. */
function namer(
  file: OnnxFile,
  nameOf: (value: Value) => string,
  nodes: readonly GraphNode[],
  made: Folded['made'],
): (value: Value) => string {
  const names = new Map<Value, string>();
  const biasName = (value: Value) => {
    const weight = nodes.find(({ inputs }) => inputs[2] === value)?.inputs[1];
    const of = weight && made.get(weight)?.of;
    return of ? nameOf(of).replace(/(\.|^)weight$/, '$1bias') : 'bias';
  };
  return (value) => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const folded = made.get(value);
    const name = file.fresh(
      folded === undefined
        ? nameOf(value)
        : folded.of === null
          ? biasName(value)
          : nameOf(folded.of),
    );
    names.set(value, name);
    return name;
  };
}

function targetOf(
  file: OnnxFile,
  nodes: readonly GraphNode[],
  {
    name,
    used,
    sizes,
    input,
  }: {
    readonly name: Target['name'];
    readonly used: ReadonlySet<Value>;
    readonly sizes: Target['sizes'];
    readonly input: Value | undefined;
  },
): Target {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  return {
    file,
    name,
    sizes,
    isUsed: (value) => used.has(value),
    makerOf(value) {
      const maker = makers.get(value);
      if (maker === undefined) throw internalError(`no node makes value %${value.id}`);
      return maker;
    },
    shapeOf: (value) => file.shape(sizes(value), input === undefined ? '' : name(input)),
  };
}

/** A constant as large as the batch, which can only be one number many times, is made when the network runs. */
function writeConstant(target: Target, value: Value, array: TypedArray, isConstant: boolean): void {
  const { file, name, sizes, shapeOf } = target;
  const isFixed = sizes(value).every((size) => typeof size === 'number');
  if (isFixed) {
    const type = requireElementType(value.dtype);
    if (isConstant) file.constant(name(value), type, value.shape, array);
    else file.initializer(name(value), type, value.shape, array);
    return;
  }
  const [first = 0] = array;
  if (value.dtype !== 'float32' || array.some((x) => x !== first))
    throw new ValueError(
      'toOnnx',
      'a tensor with different elements for each sample is made inside the network; pass it as an input, or make it of one number',
    );
  file.node('Expand', [file.scalar(first), shapeOf(value)], {}, [name(value)]);
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
