/** Which sizes of a step's values go with the size of the batch: those that differ between two recordings of it. */
import { ValueError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Graph, GraphNode, Value } from '../graph/graph.js';
import type { Size } from './onnx-file.js';

export type SizesOf = (value: Value) => readonly Size[];

/** Every size is what it was when the step was recorded. */
export const fixedSizes: SizesOf = ({ shape }) => shape;

/** Ops whose attributes are a shape, or follow from one. */
const movesShapes = new Set(['reshape', 'expand', 'slice']);

/**
 * `graph` and `other` are one step, recorded with batches of different sizes as their first input.
 *
 * @throws ValueError where the step does not do the same with both, or has a size that is no multiple of them
 */
export function batchSizes(graph: Graph, other: Graph): SizesOf {
  const n = graph.inputs[0]?.shape[0] ?? 1;
  const m = other.inputs[0]?.shape[0] ?? 1;
  const sizes = new Map<Value, readonly Size[]>();
  const compare = (values: readonly Value[], others: readonly Value[], subject: string) =>
    values.forEach((value, i) => {
      const { shape = [] } = others[i] ?? {};
      sizes.set(value, sizesBetween(value.shape, shape, n, m, subject));
    });
  requireSameCalls(graph, other);
  compare(graph.inputs, other.inputs, 'an input');
  graph.constants.forEach(({ value, data }, i) => {
    const { value: twin, data: others = data } = other.constants[i] ?? {};
    compare([value], twin === undefined ? [] : [twin], 'a constant');
    const same = data.every((x, k) => Object.is(x, others[k]));
    if (!same) throw depends('a constant', 'its elements change with it');
  });
  graph.nodes.forEach(({ name, outputs }, i) => {
    compare(outputs, other.nodes[i]?.outputs ?? [], `'${name}'`);
  });
  return (value) => sizes.get(value) ?? value.shape;
}

function requireSameCalls({ nodes, constants }: Graph, other: Graph): void {
  const text = ({ name, attrs }: GraphNode) =>
    movesShapes.has(name) ? name : `${name} ${JSON.stringify(attrs)}`;
  const same =
    nodes.length === other.nodes.length &&
    constants.length === other.constants.length &&
    nodes.every((node, i) => other.nodes[i] !== undefined && text(node) === text(other.nodes[i]));
  if (!same) throw depends('the network', 'other ops are called, or with other attributes');
}

function sizesBetween(shape: Shape, other: Shape, n: number, m: number, subject: string): Size[] {
  return shape.map((size, dim) => {
    const twin = other[dim];
    if (twin === size && shape.length === other.length) return size;
    if (twin !== undefined && size / n === twin / m && size % n === 0)
      return { perSample: size / n };
    throw depends(
      subject,
      `${formatShape(shape)} for ${n} samples, ${formatShape(other)} for ${m}`,
    );
  });
}

function depends(subject: string, how: string): ValueError {
  return new ValueError(
    'exportOnnx',
    `${subject} depends on the size of the batch in a way that a file cannot say: ${how}`,
  );
}
