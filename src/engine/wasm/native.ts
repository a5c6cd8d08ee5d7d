/**
 * Kernels outside WebAssembly, which a library of the system provides. A phase `native` (kernels/native.ts) calls one on
 * every thread by the record that the lowering has laid out for it: see `NativeRecord`.
 */
import type { Lowering } from './lower/context.js';

/** What a thread of the pool needs to call native kernels. */
export interface NativeCalls {
  /** Runs kernel `primitive`; `args` is the offset of its argument list in the engine's memory. Throws where it fails. */
  execute(primitive: number, stream: number, count: number, args: number): void;
  /** Lets the operand `handle` be at `address` of the engine's memory from now on. */
  bind(handle: number, address: number): void;
}

/** The module that `NativeProvider.module` names. */
export interface NativeModule {
  nativeCalls(memory: WebAssembly.Memory, data: unknown): NativeCalls;
}

/** A library of kernels beside WebAssembly's. */
export interface NativeProvider {
  /** Lowerings that are asked before the engine's own; they return false for what they leave to it. */
  readonly lowerings: Readonly<Record<string, Lowering>>;
  /** URL of a {@link NativeModule}, which every helper thread imports, and what it is given. */
  readonly module: string;
  readonly data: unknown;
  /** The calls of the main thread. */
  calls(memory: WebAssembly.Memory): NativeCalls;
}

/** What stands in for the calls where there is no provider: no plan holds a phase that makes them. */
export const noNativeCalls: NativeCalls = {
  execute: missing,
  bind: missing,
};

function missing(): never {
  throw new Error('a native kernel is called where none is provided');
}

/** One operand of a native kernel, as one thread sees it. */
export interface NativeOperand {
  /** What the library calls the argument. */
  readonly argument: number;
  /** The library's object for it. */
  readonly handle: bigint;
  /** Where the thread's share starts, in bytes from the operand's pointer. */
  readonly offset: number;
}

/** What one thread does in a phase; `undefined` where there is no share for it. */
export interface NativeShare {
  readonly primitive: bigint;
  readonly stream: bigint;
  readonly operands: readonly NativeOperand[];
}

/** Bytes before a record's argument list, and of one argument in it (`dnnl_exec_arg_t`). */
const headBytes = 16;
const argumentBytes = 16;

/** Bytes of a record for `count` operands. */
export function recordBytes(count: number): number {
  return alignTo64(headBytes + count * (argumentBytes + 8));
}

/**
 * Records, one per thread, as kernels/native.ts reads them: primitive (0: nothing to do) and stream as 64-bit words, the
 * list of (argument, handle), the offset of each operand, and the address each was last bound to.
 */
export function nativeRecords(
  shares: readonly (NativeShare | undefined)[],
  count: number,
): Uint32Array {
  const bytes = recordBytes(count);
  const view = new DataView(new ArrayBuffer(bytes * shares.length));
  shares.forEach((share, thread) => {
    if (share === undefined) return;
    const start = thread * bytes;
    view.setBigUint64(start, share.primitive, true);
    view.setBigUint64(start + 8, share.stream, true);
    share.operands.forEach(({ argument, handle, offset }, i) => {
      const at = start + headBytes + i * argumentBytes;
      view.setInt32(at, argument, true);
      view.setBigUint64(at + 8, handle, true);
      view.setUint32(start + headBytes + count * argumentBytes + 4 * i, offset, true);
    });
  });
  return new Uint32Array(view.buffer);
}

function alignTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
