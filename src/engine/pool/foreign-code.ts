/**
 * Code outside WebAssembly that phases call: a library's functions, or machine code that an engine has written. Every thread
 * of the pool loads it for itself; the kernel `native` (`wasm/kernels/native.ts`) makes the calls.
 */

/** What a thread of the pool calls. */
export interface ForeignCalls {
  /** Runs kernel `primitive`; `args` is the offset of its argument list in the engine's memory. Throws where it fails. */
  execute(primitive: number, stream: number, count: number, args: number): void;
  /** Lets the operand `handle` be at `address` of the engine's memory from now on. */
  bind(handle: number, address: number): void;
}

/** The module that `ForeignCode.module` names. */
export interface ForeignModule {
  foreignCalls(memory: WebAssembly.Memory, data: unknown): ForeignCalls;
}

/** How threads come by the calls. */
export interface ForeignCode {
  /** URL of a {@link ForeignModule}, which every helper thread imports, and what it is given. */
  readonly module: string;
  readonly data: unknown;
  /** The calls of the main thread. */
  calls(memory: WebAssembly.Memory): ForeignCalls;
}

/** What stands in where there is no such code: no plan holds a phase that calls any. */
export const noForeignCalls: ForeignCalls = {
  execute: missing,
  bind: missing,
};

function missing(): never {
  throw new Error('foreign code is called where none is loaded');
}
