/** Builds an ONNX model (https://onnx.ai/onnx/repo-docs/IR.html) node by node; values go by their names. */
import type { DType, TypedArray } from '../core/dtype.js';
import { DTypeError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { version } from '../core/version.js';
import {
  type AttributeProto,
  attributeTypes,
  type DimensionProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../io/onnx/proto.js';

/** The version of ONNX's operators that files are written for, and that of the format which goes with it. */
export const opset = 18;
const irVersion = 8;

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';
type Elements = TypedArray | BigInt64Array;
type Attribute = number | string | readonly number[] | { readonly float: number } | TensorProto;

/** The numbers that `TensorProto.DataType` gives them. */
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

/** @throws DTypeError for what files are not written with */
export function requireElementType(dtype: DType): 'float32' | 'int32' | 'bool' {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new DTypeError('toOnnx', `${dtype} has no ONNX form here`);
}

/** A size that is so many times the number of samples in a batch, which is known only when the network runs. */
export interface BatchSize {
  readonly perSample: number;
}
export type Size = number | BatchSize;

/** What files call the number of samples. */
const batchName = 'batch';

export class OnnxFile {
  private readonly nodes: NodeProto[] = [];
  private readonly initializers: TensorProto[] = [];
  private readonly inputs: ValueInfoProto[] = [];
  private readonly outputs: ValueInfoProto[] = [];
  private readonly names = new Set<string>();
  private readonly made = new Map<string, string>();
  private count = 0;

  input(name: string, type: ElementType, sizes: readonly Size[]): string {
    this.inputs.push(valueInfo(name, type, sizes));
    return name;
  }

  output(name: string, type: ElementType, sizes: readonly Size[]): void {
    this.outputs.push(valueInfo(name, type, sizes));
  }

  /** A tensor that never changes. */
  initializer(name: string, type: ElementType, shape: Shape, data: Elements): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims: shape, dataType: elementTypes[type], rawData });
    return name;
  }

  /** The same as a node, which readers do not take for a weight. */
  constant(name: string, type: ElementType, shape: Shape, data: Elements): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const value = { dims: shape, dataType: elementTypes[type], rawData };
    return this.node('Constant', [], { value }, [name]);
  }

  scalar(value: number): string {
    return this.once(`f${value}`, (name) =>
      this.initializer(name, 'float32', [], new Float32Array([value])),
    );
  }

  /** A vector of whole numbers, which ops take for shapes, axes and the like. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.once(`i${values.join('_')}`, (name) =>
      this.initializer(name, 'int64', [values.length], data),
    );
  }

  flag(value: boolean): string {
    return this.once(`b${value}`, (name) =>
      this.initializer(name, 'bool', [], new Uint8Array([Number(value)])),
    );
  }

  /** The two values of a one-hot vector. */
  offOn(): string {
    return this.once('offOn', (name) =>
      this.initializer(name, 'float32', [2], new Float32Array([0, 1])),
    );
  }

  /** A shape as a vector that nodes take; `input` is the value whose first size is that of the batch. */
  shape(sizes: readonly Size[], input: string): string {
    const fixed = sizes.filter((size) => typeof size === 'number');
    if (fixed.length === sizes.length) return this.integers(fixed);
    const parts = sizes.map((size) =>
      typeof size === 'number' ? this.integers([size]) : this.samples(size, input),
    );
    return parts.length === 1 ? (parts[0] ?? '') : this.node('Concat', parts, { axis: 0 });
  }

  private samples({ perSample }: BatchSize, input: string): string {
    const batch = this.once(`Shape ${input}`, () =>
      this.node('Shape', [input], { start: 0, end: 1 }),
    );
    if (perSample === 1) return batch;
    return this.once(`${perSample} samples`, () =>
      this.node('Mul', [batch, this.integers([perSample])]),
    );
  }

  /** Adds a node; returns the name of its first output. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output: readonly string[] = [this.fresh()],
  ): string {
    const attribute = Object.entries(attributes).map(attributeOf);
    this.nodes.push({ opType, input, output, attribute, name: `${opType}_${this.nodes.length}` });
    return output[0] ?? '';
  }

  /** A name that no other value has, `wanted` where that is free. */
  fresh(wanted = 't'): string {
    let name = wanted === 't' ? `t${this.count++}` : wanted;
    while (this.names.has(name)) name = `${wanted}_${this.count++}`;
    this.names.add(name);
    return name;
  }

  finish(metadata: Readonly<Record<string, string>> = {}): ModelProto {
    return {
      irVersion,
      producerName: 'wick',
      producerVersion: version(),
      opsetImport: [{ domain: '', version: opset }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: 'classifier',
        node: this.nodes,
        initializer: this.initializers,
        input: this.inputs,
        output: this.outputs,
      },
    };
  }

  /** The value that `make` made under a name of its own when it was first asked for. */
  private once(key: string, make: (name: string) => string): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = make(this.fresh(key.replaceAll(' ', '_')));
    this.made.set(key, name);
    return name;
  }
}

function valueInfo(name: string, type: ElementType, sizes: readonly Size[]): ValueInfoProto {
  const dim = sizes.map((size): DimensionProto => {
    if (typeof size === 'number') return { dimValue: size };
    const { perSample } = size;
    return { dimParam: perSample === 1 ? batchName : `${perSample}*${batchName}` };
  });
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

/** The value in the field of its type, and the number of that type. */
function attributeOf([name, value]: [string, Attribute]): AttributeProto {
  const types = attributeTypes;
  if (typeof value === 'number') return { name, i: value, type: types.int };
  if (typeof value === 'string')
    return { name, s: new TextEncoder().encode(value), type: types.string };
  if ('float' in value) return { name, f: value.float, type: types.float };
  if ('rawData' in value) return { name, t: value, type: types.tensor };
  return { name, ints: value as readonly number[], type: types.ints }; // what is left
}
