/**
 * Phases `native` call code outside WebAssembly (`pool/foreign-code.ts`), on every thread by the record that the lowering has
 * laid out for it.
 */

/** One operand of a call, as one thread sees it. */
export interface ForeignOperand {
  /** What the library calls the argument. */
  readonly argument: number;
  /** The library's object for it. */
  readonly handle: bigint;
  /** Where the thread's share starts, in bytes from the operand's pointer. */
  readonly offset: number;
}

/** What one thread does in a phase; `undefined` where there is no share for it. */
export interface ForeignCall {
  readonly primitive: bigint;
  readonly stream: bigint;
  readonly operands: readonly ForeignOperand[];
}

/** Bytes before a record's argument list, and of one argument in it (`dnnl_exec_arg_t`). */
const headBytes = 16;
const argumentBytes = 16;

/** Bytes of a record for `count` operands. */
export function recordBytes(count: number): number {
  return alignTo64(headBytes + count * (argumentBytes + 8));
}

/**
 * Records, one per thread, as `wasm/kernels/native.ts` reads them: primitive (0: nothing to do) and stream as 64-bit words, the
 * list of (argument, handle), the offset of each operand, and the address each was last bound to.
 */
export function foreignRecords(
  shares: readonly (ForeignCall | undefined)[],
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
