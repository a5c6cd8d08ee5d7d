/**
 * Runs single kernels without the engine, and notices what a kernel must not do: every array is followed by NaN guards
 * (a kernel that uses what lies behind an array gives NaN, one that writes there is caught), and the threads' shares
 * run one after another, the last thread first.
 */
import assert from 'node:assert/strict';
import { Rng } from '../../../../src/core/rng.js';
import type { KernelArguments, KernelName } from '../../../../src/engine/compiler/kernel-name.js';
import { Float } from '../../../../src/engine/compiler/lowering.js';
import { Pointer } from '../../../../src/engine/compiler/region.js';
import { noForeignCalls } from '../../../../src/engine/pool/foreign-code.js';
import type { KernelBuild } from '../../../../src/engine/wasm/kernel-files.js';
import { kernelCall } from '../../../../src/engine/wasm/kernel-table.js';
import { loadNodeKernels } from '../../../../src/engine/wasm/node-kernels.js';
import { typicalSize } from '../../../typical.js';

export const builds: readonly KernelBuild[] = ['relaxed', 'simd'];

/** An array in the kernels' memory. */
export type Resident = Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array;

type Word = number | Float | Resident;
type Kernel = (args: number, tid: number, threads: number) => void;

const guardBytes = 64;
const firstByte = 2 * 65536;

export class Sandbox {
  private readonly memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
  private readonly kernels: Record<string, Kernel>;
  private readonly guards: Int32Array[] = [];
  private next = firstByte;

  constructor(build: KernelBuild) {
    const { module } = loadNodeKernels(build);
    const imports = {
      env: { memory: this.memory, host: () => {}, sleep: () => {}, ...noForeignCalls },
    };
    // Kernels are exported by name; the instance does not know their types.
    this.kernels = new WebAssembly.Instance(module, imports).exports as Record<string, Kernel>;
  }

  /** Gives all arrays back. */
  reset(): void {
    this.next = firstByte;
    this.guards.length = 0;
  }

  floats(values: number | ArrayLike<number>): Float32Array {
    const length = typeof values === 'number' ? values : values.length;
    const array = new Float32Array(this.memory.buffer, this.take(4 * length), length);
    if (typeof values === 'number') array.fill(Number.NaN);
    else array.set(values);
    return array;
  }

  doubles(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.take(8 * length), length).fill(Number.NaN);
  }

  integers(values: number | ArrayLike<number>): Int32Array {
    const length = typeof values === 'number' ? values : values.length;
    const array = new Int32Array(this.memory.buffer, this.take(4 * length), length);
    if (typeof values === 'number') array.fill(-1);
    else array.set(values);
    return array;
  }

  /** Elements in bfloat16. */
  shorts(values: number | ArrayLike<number>): Uint16Array {
    const length = typeof values === 'number' ? values : values.length;
    const array = new Uint16Array(this.memory.buffer, this.take(2 * length), length);
    if (typeof values === 'number') array.fill(0xffff);
    else array.set(values);
    return array;
  }

  bytes(values: number | ArrayLike<number>): Uint8Array {
    const length = typeof values === 'number' ? values : values.length;
    const array = new Uint8Array(this.memory.buffer, this.take(length), length);
    if (typeof values === 'number') array.fill(255);
    else array.set(values);
    return array;
  }

  /** Whether the build has this kernel. */
  has(name: string): boolean {
    return name in this.kernels;
  }

  /** A pointer to an array, for {@link run}. */
  at({ byteOffset, byteLength }: Resident): Pointer {
    const region = { bytes: byteLength, label: '', private: false, place: 'fixed' } as const;
    return new Pointer(region, byteOffset, 'write');
  }

  /** Runs one kernel on all threads' shares. */
  run<Name extends KernelName>(name: Name, args: KernelArguments[Name], threads = 1): void {
    const { words } = kernelCall(name, args);
    this.call(
      name,
      words.map((word) => (word instanceof Pointer ? word.offset : word)),
      threads,
    );
  }

  /** The same by argument words; an array among the words is its address. */
  call(name: KernelName, words: readonly Word[], threads = 1): void {
    const kernel = this.kernels[name];
    assert.ok(kernel, `kernel ${name} is not in this build`);
    const args = this.integers(words.length);
    const view = new DataView(this.memory.buffer, args.byteOffset);
    words.forEach((word, i) => {
      if (word instanceof Float) view.setFloat32(4 * i, word.value, true);
      else view.setInt32(4 * i, typeof word === 'number' ? word : word.byteOffset, true);
    });
    for (let tid = threads - 1; tid >= 0; tid--) kernel(args.byteOffset, tid, threads);
    for (const guard of this.guards)
      assert.ok(
        guard.every((word) => word === -1),
        `${name} wrote past the end of an array`,
      );
  }

  /** Space for an array that ends where its guard begins, rounded up to the 16 bytes that loads may pass. */
  private take(bytes: number): number {
    const address = this.next;
    const rounded = Math.ceil(bytes / 4) * 4;
    const padded = Math.ceil(bytes / 64) * 64 + guardBytes;
    this.next = address + padded;
    const missing = Math.ceil((this.next - this.memory.buffer.byteLength) / 65536);
    if (missing > 0) this.memory.grow(missing);
    const guard = new Int32Array(this.memory.buffer, address + rounded, (padded - rounded) / 4);
    guard.fill(-1); // The bits of a NaN.
    this.guards.push(guard);
    return address;
  }
}

/** `count` normal deviates, rounded to float32. */
export function normals(count: number, stream: number, mean = 0, std = 1): Float32Array {
  const rng = new Rng(7, stream);
  return Float32Array.from({ length: count }, () => rng.normal(mean, std));
}

/** Relative error, per element or against the typical size where sums cancel. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
  against: 'each' | 'typical' = 'each',
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  const size = typicalSize(expected);
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? Number.NaN;
    const e = expected[i] ?? Number.NaN;
    if (Object.is(a, e) || a === e) continue;
    const scale = against === 'typical' ? Math.max(size, Math.abs(e)) : Math.abs(e);
    assert.ok(
      Math.abs(a - e) <= tolerance * scale + 1.5e-45,
      `${what}[${i}]: ${a}, expected ${e} (relative error ${Math.abs(a - e) / scale})`,
    );
  }
}
