/**
 * Runs a lowering by itself: a planner's context that runs each phase as soon as it is emitted, one thread's share after
 * the other on the calling thread. Memory starts as NaN, so whatever reads what nobody wrote shows in the result.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { KernelName } from '../../../src/engine/wasm/kernel-table.js';
import { storedElements } from '../../../src/engine/wasm/layout.js';
import {
  Float,
  type LowerContext,
  type Lowering,
  type Word,
} from '../../../src/engine/wasm/lower/context.js';
import { Pointer, type Region } from '../../../src/engine/wasm/region.js';
import type { Value } from '../../../src/graph/graph.js';

export type Build = 'relaxed' | 'simd';
type Kernel = (args: number, tid: number, threads: number) => void;

const firstByte = 131072;

function compile(build: Build): WebAssembly.Module {
  const url = new URL(`../../../src/engine/wasm/kernels-${build}.wasm`, import.meta.url);
  const bytes = readFileSync(url);
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return new WebAssembly.Module(bytes);
}

/** One build of the kernels, on memory of its own. */
export class KernelRunner {
  readonly memory = new WebAssembly.Memory({ initial: 4096, maximum: 65536, shared: true });
  readonly floats = new Float32Array(this.memory.buffer);
  readonly words = new Int32Array(this.memory.buffer);
  private readonly kernels: Record<string, Kernel>;
  private top = firstByte;

  constructor(build: Build) {
    const env = { memory: this.memory, host() {} };
    const { exports } = new WebAssembly.Instance(compile(build), { env });
    this.kernels = exports as Record<string, Kernel>;
  }

  /** Frees all memory. */
  reset(): void {
    this.top = firstByte;
  }

  /** The address of `bytes` bytes that hold NaN. */
  allocate(bytes: number): number {
    const address = this.top;
    this.top += Math.ceil(bytes / 64) * 64 + 64;
    if (this.top > this.memory.buffer.byteLength) throw new Error('the test needs more memory');
    this.floats.fill(Number.NaN, address / 4, this.top / 4);
    return address;
  }

  run(kernel: KernelName, args: number, threads: number): void {
    for (let tid = 0; tid < threads; tid++) this.kernels[kernel]?.(args, tid, threads);
  }
}

export interface Phase {
  readonly kernel: KernelName;
  readonly args: number;
}

/** A tensor of a test: row-major, whatever layout the lowering asks for. */
export interface TestTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

class DirectContext implements LowerContext {
  readonly phases: Phase[] = [];
  private readonly addresses = new Map<Region, number>();
  private readonly outputs = new Map<Value, { readonly address: number; readonly block: number }>();

  constructor(
    private readonly runner: KernelRunner,
    readonly threads: number,
    readonly winograd: boolean,
    private readonly inputs: ReadonlyMap<Value, Float32Array>,
  ) {}

  blockOf(): number {
    return 1;
  }

  input(value: Value, block = 1): Pointer {
    const data = this.inputs.get(value);
    if (data === undefined) throw new Error('not an input');
    const pointer = this.scratch(storedElements(value.shape, block) * 4).readonly();
    const address = this.address(pointer) / 4;
    const at = placeOf(value.shape, block);
    if (block !== 1)
      this.runner.floats.fill(0, address, address + storedElements(value.shape, block));
    for (let i = 0; i < data.length; i++) this.runner.floats[address + at(i)] = data[i] ?? 0;
    return pointer;
  }

  output(value: Value, block = 1): Pointer {
    const pointer = this.scratch(storedElements(value.shape, block) * 4);
    this.outputs.set(value, { address: this.address(pointer), block });
    return pointer;
  }

  scratch(bytes: number): Pointer {
    const region: Region = { bytes, label: 'test', private: false, place: 'arena' };
    this.addresses.set(region, this.runner.allocate(bytes));
    return new Pointer(region, 0, 'write');
  }

  threadScratch(bytes: number): { readonly pointer: Pointer; readonly bytes: number } {
    const rounded = Math.ceil(bytes / 64) * 64;
    return { pointer: this.scratch(rounded * this.threads), bytes: rounded };
  }

  table(data: Int32Array | Uint32Array | Float32Array): Pointer {
    const pointer = this.scratch(data.byteLength);
    const address = this.address(pointer);
    this.runner.words.set(new Int32Array(data.buffer, data.byteOffset, data.length), address / 4);
    return pointer.readonly();
  }

  emit(kernel: KernelName, words: readonly Word[]): void {
    const args = this.runner.allocate(words.length * 4);
    words.forEach((word, i) => {
      const at = args / 4 + i;
      if (word instanceof Float) this.runner.floats[at] = word.value;
      else this.runner.words[at] = word instanceof Pointer ? this.address(word) : word;
    });
    this.runner.run(kernel, args, this.threads);
    this.phases.push({ kernel, args });
  }

  /** What was written as output `value`, row-major; lanes that pad a block must be zero. */
  result(value: Value): Float32Array {
    const stored = this.outputs.get(value);
    if (stored === undefined) throw new Error('the lowering wrote no output');
    const first = stored.address / 4;
    const used = new Set<number>();
    const data = new Float32Array(numel(value.shape));
    const at = placeOf(value.shape, stored.block);
    for (let i = 0; i < data.length; i++) {
      used.add(at(i));
      data[i] = this.runner.floats[first + at(i)] ?? 0;
    }
    for (let i = 0; i < storedElements(value.shape, stored.block); i++)
      if (!used.has(i) && this.runner.floats[first + i] !== 0)
        throw new Error(`padding lane ${i} holds ${this.runner.floats[first + i]}, not 0`);
    return data;
  }

  private address({ region, offset }: Pointer): number {
    const address = this.addresses.get(region);
    if (address === undefined) throw new Error('a pointer to no region');
    return address + offset;
  }
}

/** Where row-major element i lies in a layout. */
function placeOf(shape: Shape, block: number): (i: number) => number {
  if (block === 1 || shape.length !== 4) return (i) => i;
  const [, c = 1, h = 1, w = 1] = shape;
  const blocks = Math.ceil(c / block);
  return (i) => {
    const pixel = i % (h * w);
    const channel = Math.floor(i / (h * w)) % c;
    const image = Math.floor(i / (h * w * c));
    const whole = image * blocks + Math.floor(channel / block);
    return (whole * h * w + pixel) * block + (channel % block);
  };
}

/** Lowers one call of an op and runs it; the phases can be run again through the runner. */
export function runLowering(
  runner: KernelRunner,
  lowering: Lowering,
  {
    attrs,
    inputs,
    output,
    threads,
    winograd = false,
  }: {
    readonly attrs: object;
    readonly inputs: readonly TestTensor[];
    readonly output: Shape;
    readonly threads: number;
    /** @default false */
    readonly winograd?: boolean;
  },
): { readonly result: Float32Array; readonly phases: readonly Phase[] } {
  runner.reset();
  let id = 0;
  const typed = (shape: Shape): Value => ({ id: id++, shape, dtype: 'float32' });
  const values = inputs.map(({ shape }) => typed(shape));
  const result = typed(output);
  const arrays = new Map(values.map((value, i) => [value, inputs[i]?.data ?? new Float32Array()]));
  const context = new DirectContext(runner, threads, winograd, arrays);
  const node = { name: 'test', attrs, inputs: values, outputs: [result] };
  if (!lowering(node, context)) throw new Error('the lowering has no kernel for this');
  return { result: context.result(result), phases: context.phases };
}
