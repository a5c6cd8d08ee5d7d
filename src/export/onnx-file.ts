/** Builds an ONNX model (https://onnx.ai/onnx/repo-docs/IR.html) node by node; values go by their names. */
import type { TypedArray } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import { bytes, float, int, type Message, message, text } from './protobuf.js';

type ElementType = 'float32' | 'int32' | 'int64' | 'bool';
type Elements = TypedArray | BigInt64Array;
type Attribute = number | string | readonly number[] | { readonly float: number };

/** The numbers that `TensorProto.DataType` gives them. */
const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

export class OnnxFile {
  private readonly nodes: Message[] = [];
  private readonly initializers: Message[] = [];
  private readonly inputs: Message[] = [];
  private readonly outputs: Message[] = [];
  private readonly constants = new Set<string>();
  private count = 0;

  input(name: string, type: ElementType, shape: Shape): string {
    this.inputs.push(bytes(11, valueInfo(name, type, shape)));
    return name;
  }

  output(name: string, type: ElementType, shape: Shape): void {
    this.outputs.push(bytes(12, valueInfo(name, type, shape)));
  }

  /** A tensor that never changes. */
  initializer(name: string, type: ElementType, shape: Shape, data: Elements) {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const dims = shape.map((size) => int(1, size));
    const tensor = message(...dims, int(2, elementTypes[type]), text(8, name), bytes(9, raw));
    this.initializers.push(bytes(5, tensor));
    return name;
  }

  scalar(value: number): string {
    return this.constant(`f${value}`, 'float32', [], new Float32Array([value]));
  }

  /** A vector of whole numbers, which ops take for shapes, axes and the like. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`i${values.join('_')}`, 'int64', [values.length], data);
  }

  flag(value: boolean): string {
    return this.constant(`b${value}`, 'bool', [], new Uint8Array([Number(value)]));
  }

  /** The two values of a one-hot vector. */
  offOn(): string {
    return this.constant('offOn', 'float32', [2], new Float32Array([0, 1]));
  }

  /** Adds a node; returns the name of its first output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs: readonly string[] = [this.fresh()],
  ): string {
    const node = message(
      ...inputs.map((name) => text(1, name)),
      ...outputs.map((name) => text(2, name)),
      text(4, op),
      ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
    );
    this.nodes.push(bytes(1, node));
    return outputs[0] ?? '';
  }

  fresh(): string {
    return `t${this.count++}`;
  }

  encode(): Uint8Array {
    const { nodes, initializers, inputs, outputs } = this;
    const graph = message(...nodes, text(2, 'step'), ...initializers, ...inputs, ...outputs);
    const operatorSet = message(text(1, ''), int(2, 18));
    return message(int(1, 9), bytes(8, operatorSet), bytes(7, graph));
  }

  private constant(name: string, type: ElementType, shape: Shape, data: Elements) {
    if (this.constants.has(name)) return name;
    this.constants.add(name);
    return this.initializer(name, type, shape, data);
  }
}

function valueInfo(name: string, type: ElementType, shape: Shape): Message {
  const dims = shape.map((size) => bytes(1, int(1, size)));
  const tensor = message(int(1, elementTypes[type]), bytes(2, message(...dims)));
  return message(text(1, name), bytes(2, bytes(1, tensor)));
}

/** `AttributeProto`: the value in the field of its type, and the number of that type. */
function attribute(name: string, value: Attribute): Message {
  const typed = (field: Message, type: number) => message(text(1, name), field, int(20, type));
  if (typeof value === 'number') return typed(int(3, value), 2);
  if (typeof value === 'string') return typed(text(4, value), 3);
  if ('float' in value) return typed(float(2, value.float), 1);
  return typed(message(...value.map((v) => int(8, v))), 7);
}
