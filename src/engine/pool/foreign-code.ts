/**
 * Code outside WebAssembly that phases call: machine code that an engine has written. Every thread of the pool loads what calls
 * it for itself; kernels call it by records in the shared memory, so that helpers need no messages.
 */

/** What a thread of the pool calls. */
export interface ForeignCalls {
  /** Runs what the operands say, whose addresses lie at `addresses`, 32 bits each: bytes in the engine's memory, all of them. */
  call(addresses: number): void;
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
  call() {
    throw new Error('foreign code is called where none is loaded');
  },
};
