/** What it takes to write an op of wick as nodes of ONNX. */
import { promote } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { BatchNormAttrs, Conv2dAttrs } from '../graph/attrs/layers.js';
import type { GraphNode, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-attrs.js';
import { elementTypes, type OnnxFile, requireElementType, type Size } from './onnx-file.js';

export type Lowering<N extends OpName = OpName> = (target: Target, node: GraphNode<N>) => void;

/** How ops are written, by their names. */
export type Lowerings = { readonly [N in OpName]?: Lowering<N> };

/** What an op is written into. */
export interface Target {
  readonly file: OnnxFile;
  /** What a value is called there. */
  readonly name: (value: Value) => string;
  readonly isUsed: (value: Value) => boolean;
  /** The node that has made a value. */
  readonly makerOf: (value: Value) => GraphNode;
  /** The sizes of a value, some of which may go with the size of the batch. */
  readonly sizes: (value: Value) => readonly Size[];
  /** The name of a vector that holds them. */
  readonly shapeOf: (value: Value) => string;
}

/** An op that needs nothing in the file. */
export const leftOut: Lowering = () => {};

/** An op that ONNX has under another name. */
export function same<N extends OpName>(
  op: string,
  attributesOf: (node: GraphNode<N>) => Parameters<OnnxFile['node']>[2] = () => ({}),
): Lowering<N> {
  return ({ file, name, isUsed }, node) => {
    const [first, ...others] = node.outputs;
    const outputs = [first, ...others.filter(isUsed)].filter((value) => value !== undefined);
    file.node(op, node.inputs.map(name), attributesOf(node), outputs.map(name));
  };
}

/** The same for an op of several tensors; ONNX wants one element type where wick takes the wider. */
export function joined<N extends OpName>(
  op: string,
  attributesOf: (node: GraphNode<N>) => Parameters<OnnxFile['node']>[2] = () => ({}),
): Lowering<N> {
  return ({ file, name }, node) => {
    const widest = node.inputs.map(({ dtype }) => dtype).reduce(promote);
    const from = node.inputs.map((value) =>
      value.dtype === widest
        ? name(value)
        : file.node('Cast', [name(value)], { to: elementTypes[requireElementType(widest)] }),
    );
    file.node(op, from, attributesOf(node), node.outputs.map(name));
  };
}

/** Throws where a node's second results are used, which ONNX has in another form or not at all. */
export function requireFirstOnly({ isUsed }: Target, { name, outputs }: GraphNode, what: string) {
  const [first, ...others] = outputs;
  if (first !== undefined && others.some(isUsed))
    throw noForm(`${what} of ${name}`, first, 'only its first result has one');
}

/** The error of an op that has a form, but not with these attributes or for these shapes. */
export function noForm(what: string, { shape }: { readonly shape: Shape }, allowed: string) {
  return new ValueError('toOnnx', `${what} of ${formatShape(shape)} has no ONNX form; ${allowed}`);
}

export function convAttributes({ attrs }: { readonly attrs: Conv2dAttrs }) {
  const { stride, padding, dilation, groups } = attrs;
  return { strides: stride, pads: [...padding, ...padding], dilations: dilation, group: groups };
}

export function epsilonOf({ attrs }: { readonly attrs: Pick<BatchNormAttrs, 'eps'> }) {
  return { epsilon: { float: attrs.eps } };
}

/** All dimensions of `[N, C, …]` but the channels. */
export function othersThanChannels({ shape }: { readonly shape: Shape }): number[] {
  return shape.map((_, dim) => dim).filter((dim) => dim !== 1);
}

/** `[1, C, 1, …]`, under which a vector `[C]` goes with `[N, C, …]`. */
export function perChannel({ shape }: { readonly shape: Shape }): number[] {
  return shape.map((size, dim) => (dim === 1 ? size : 1));
}

/** Labels `[N]` as `[N, K]`. */
export function oneHot({ file, name }: Target, labels: Value, classes: number): string {
  const indices = file.node('Cast', [name(labels)], { to: 7 });
  return file.node('OneHot', [indices, file.integers([classes]), file.offOn()]);
}
