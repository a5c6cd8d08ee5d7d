/**
 * Runs the lowering of one op on a sandbox, without compiler and pool, and the op's reference kernel in float64 beside
 * it. Inputs of four dimensions can be handed over in any layout; the outputs come back row-major, and the zeros that
 * fill a last block of channels are checked to be zeros.
 */
import assert from 'node:assert/strict';
import { allocate, type TypedArray } from '../../../../src/core/dtype.js';
import { numel } from '../../../../src/core/shape.js';
import type { KernelArguments, KernelName } from '../../../../src/engine/compiler/kernel-name.js';
import { type Block, ROWS, storedElements } from '../../../../src/engine/compiler/layout.js';
import type { LowerContext, Lowering } from '../../../../src/engine/compiler/lowering.js';
import type { NodeName } from '../../../../src/engine/compiler/node-attrs.js';
import { Pointer } from '../../../../src/engine/compiler/region.js';
import type { Precision } from '../../../../src/engine/precision.js';
import { kernelCall } from '../../../../src/engine/wasm/kernel-table.js';
import { lowerings } from '../../../../src/engine/wasm/lower/table.js';
import type { Value } from '../../../../src/graph/graph.js';
import {
  type NdArray,
  type OpSpec,
  operands,
  opSpec,
  type TensorType,
} from '../../../../src/graph/op.js';
import type { OpAttrs, OpName } from '../../../../src/graph/op-attrs.js';
import type { Resident, Sandbox } from './sandbox.js';

export interface Run {
  readonly block?: Block;
  readonly threads?: number;
  /** @default true */
  readonly winograd?: boolean;
  /** Whether weights are told to be the same in every run. @default false */
  readonly steady?: boolean;
  /** How float inputs of two and more dimensions are stored. @default 'float32' */
  readonly storage?: Precision;
}

/** The outputs of the lowering of `name`; undefined where it leaves the op to the reference kernel. */
export function runLowered(
  box: Sandbox,
  name: string,
  attrs: object,
  inputs: readonly NdArray[],
  types: readonly TensorType[],
  { block = ROWS, threads = 1, winograd = true, steady = false, storage = 'float32' }: Run = {},
): TypedArray[] | undefined {
  box.reset();
  const lower = lowerings[name as NodeName] as Lowering | undefined; // rows have the op's attributes
  assert.ok(lower, `no lowering for ${name}`);
  let id = 0;
  const asValue = ({ shape, dtype }: TensorType): Value => ({ id: id++, shape, dtype });
  const context = new SandboxContext(box, threads, winograd, storage, steady);
  const node = {
    name: name as NodeName,
    attrs,
    inputs: inputs.map(asValue),
    outputs: types.map(asValue),
  };
  node.inputs.forEach((value, i) => {
    const data = inputs[i]?.data ?? new Float32Array();
    const isImages = value.shape.length === 4;
    const as = value.shape.length > 1 && value.dtype === 'float32' ? storage : 'float32';
    context.give(value, isImages && value.dtype !== 'bool' ? block : ROWS, as, data);
  });
  if (!lower(node, context)) return undefined;
  return node.outputs.map((value) => context.take(value));
}

/** What the op's reference kernel gives, its floats in float64. */
export function runReference(
  name: string,
  given: object,
  inputs: readonly NdArray[],
): { types: readonly TensorType[]; arrays: TypedArray[] } {
  const op: OpSpec = opSpec(name as OpName); // which throws for other names
  const attrs = given as OpAttrs[OpName]; // the op's shape rule looks at them
  const exact = inputs.map(
    ({ shape, dtype, data }): NdArray =>
      dtype === 'float32'
        ? { shape, dtype: 'float64', data: Float64Array.from(data) }
        : { shape, dtype, data },
  );
  const types = op.infer(operands(inputs), attrs);
  const outputs = types.map(({ shape, dtype }): NdArray => {
    const wide = dtype === 'float32' ? 'float64' : dtype;
    return { shape, dtype: wide, data: allocate(wide, numel(shape)) };
  });
  op.reference(operands(exact), operands(outputs), attrs);
  return { types, arrays: outputs.map(({ data }) => data) };
}

interface Place {
  readonly block: Block;
  readonly storage: Precision;
  readonly data: Resident;
}

class SandboxContext implements LowerContext {
  private readonly places = new Map<Value, Place>();
  private readonly addresses = new Map<object, number>();

  constructor(
    private readonly box: Sandbox,
    readonly threads: number,
    readonly winograd: boolean,
    readonly precision: Precision,
    private readonly steady: boolean,
  ) {}

  /** Stores an input. */
  give(value: Value, block: Block, storage: Precision, data: ArrayLike<number>): void {
    const place = this.allocate(value, block, storage);
    place.fill(0);
    const isNarrow = storage === 'bfloat16';
    eachElement(value, block, (rows, stored) => {
      place[stored] = isNarrow ? toBfloat16(data[rows] ?? 0) : (data[rows] ?? 0);
    });
    this.places.set(value, { block, storage, data: place });
  }

  /** An output, row-major. */
  take(value: Value): TypedArray {
    const place = this.places.get(value);
    assert.ok(place, `output ${value.id} was not written`);
    const found = allocate(value.dtype, numel(value.shape));
    const read = (stored: number) => {
      const element = place.data[stored] ?? Number.NaN;
      return place.storage === 'bfloat16' ? fromBfloat16(element) : element;
    };
    const filling = new Set(place.data.length > found.length ? place.data.keys() : []);
    eachElement(value, place.block, (rows, stored) => {
      found[rows] = read(stored);
      filling.delete(stored);
    });
    if (value.dtype === 'float32')
      for (const i of filling) assert.ok(read(i) === 0, `filling element ${i} is not zero`);
    return found;
  }

  blockOf(value: Value): Block {
    return this.places.get(value)?.block ?? ROWS;
  }

  storageOf(value: Value): Precision {
    return this.places.get(value)?.storage ?? 'float32';
  }

  isSteady(): boolean {
    return this.steady;
  }

  storageFor(): Precision {
    return this.precision;
  }

  input(value: Value, block: Block = ROWS, storage: Precision = 'float32'): Pointer {
    const place = this.places.get(value);
    assert.ok(place, `input ${value.id} is not there`);
    const wanted = value.dtype === 'float32' ? storage : 'float32';
    if (place.block !== block || place.storage !== wanted) {
      const rows = this.take(value);
      this.give(value, block, wanted, rows);
    }
    return this.pointer(this.places.get(value)?.data, 'read');
  }

  output(
    value: Value,
    block: Block = ROWS,
    _over?: Value,
    storage: Precision = 'float32',
  ): Pointer {
    const data = this.allocate(value, block, storage);
    this.places.set(value, { block, storage, data });
    return this.pointer(data, 'write');
  }

  check(value: Value, check: (data: TypedArray) => void): boolean {
    check(this.take(value));
    return true;
  }

  scratch(bytes: number): Pointer {
    return this.pointer(this.box.floats(Math.ceil(bytes / 4)), 'write');
  }

  threadScratch(bytes: number): { pointer: Pointer; bytes: number } {
    const each = Math.ceil(bytes / 64) * 64;
    return { pointer: this.scratch(each * this.threads), bytes: each };
  }

  table(data: Int32Array | Uint32Array | Float32Array): Pointer {
    const words = new Int32Array(data.buffer, data.byteOffset, data.length);
    return this.pointer(this.box.integers(words), 'read');
  }

  emit<Name extends KernelName>(kernel: Name, args: KernelArguments[Name]) {
    const { words } = kernelCall(kernel, args);
    const resolved = words.map((word) =>
      word instanceof Pointer ? (this.addresses.get(word.region) ?? 0) + word.offset : word,
    );
    this.box.call(kernel, resolved, this.threads);
  }

  private allocate({ shape, dtype }: Value, block: Block, storage: Precision): Resident {
    const length = storedElements(shape, block);
    if (storage === 'bfloat16') return this.box.shorts(length);
    if (dtype === 'float32') return this.box.floats(length);
    return dtype === 'int32' ? this.box.integers(length) : this.box.bytes(length);
  }

  private pointer(data: Resident | undefined, access: 'read' | 'write'): Pointer {
    const region = {
      bytes: data?.byteLength ?? 0,
      label: '',
      private: false,
      place: 'arena',
    } as const;
    this.addresses.set(region, data?.byteOffset ?? 0);
    return new Pointer(region, 0, access);
  }
}

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** To nearest, ties to even. */
export function toBfloat16(value: number): number {
  number[0] = value;
  const [whole = 0] = bits;
  const odd = (whole >>> 16) & 1;
  return Number.isNaN(value) ? 0x7fc0 : ((whole + 0x7fff + odd) >>> 16) & 0xffff;
}

export function fromBfloat16(short: number): number {
  bits[0] = short << 16;
  return number[0] ?? 0;
}

/** The nearest bfloat16. */
export function roundToBfloat16(value: number): number {
  return fromBfloat16(toBfloat16(value));
}

/** Where each element lies, row-major and stored. */
function eachElement(
  { shape }: Value,
  block: Block,
  visit: (rows: number, stored: number) => void,
): void {
  if (block === ROWS) {
    for (let i = 0; i < numel(shape); i++) visit(i, i);
    return;
  }
  const [n = 1, c = 1, h = 1, w = 1] = shape;
  const pixels = h * w;
  const groups = Math.ceil(c / block);
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < c; channel++)
      for (let p = 0; p < pixels; p++)
        visit(
          (image * c + channel) * pixels + p,
          ((image * groups + Math.floor(channel / block)) * pixels + p) * block + (channel % block),
        );
}
