/**
 * Code outside WebAssembly that phases call: a library's functions, or machine code that an engine has written. Every thread
 * of the pool loads it for itself; kernels call it by records in the shared memory, so that helpers need no messages.
 */

/** What a thread of the pool calls. */
export interface ForeignCalls {
  /**
   * Calls what a record says (`compiler/foreign-call.ts`), and throws where that fails. Places are bytes in the engine's memory.
   *
   * @param target What to call, as the lowering has named it.
   * @param list Where the argument list that the lowering has written lies.
   * @param addresses Where the operands' addresses lie, 32 bits each.
   * @param moved Bit i: operand i lies elsewhere than in the record's last call; bit 31 stands for all from there on.
   */
  call(target: number, list: number, addresses: number, moved: number): void;
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
