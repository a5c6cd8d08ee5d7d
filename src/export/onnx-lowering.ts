/** What it takes to write an op of wick as nodes of ONNX. */
import type { Shape } from '../core/shape.js';
import type { BatchNormAttrs, Conv2dAttrs } from '../graph/attrs/layers.js';
import type { GraphNode, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-attrs.js';
import type { OnnxFile } from './onnx-file.js';

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
}

/** An op that needs nothing in the file. */
export const leftOut: Lowering = () => {};

/** An op that ONNX has under another name. */
export function same<N extends OpName>(
  op: string,
  attributesOf: (node: GraphNode<N>) => Parameters<OnnxFile['node']>[2] = () => ({}),
): Lowering<N> {
  return ({ file, name }, node) => {
    file.node(op, node.inputs.map(name), attributesOf(node), node.outputs.map(name));
  };
}

export function convAttributes({ attrs }: { readonly attrs: Conv2dAttrs }) {
  const { stride, padding, dilation, groups } = attrs;
  return { strides: stride, pads: [...padding, ...padding], dilations: dilation, group: groups };
}

export function epsilonOf({ attrs }: { readonly attrs: BatchNormAttrs }) {
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
