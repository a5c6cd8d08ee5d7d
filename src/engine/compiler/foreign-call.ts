/**
 * Phases that call code outside WebAssembly (`pool/foreign-code.ts`), on every thread by the record that the lowering has
 * laid out for it: what to call, where its operands lie, and an argument list that only that code reads.
 */
import type { LowerContext, PhaseOptions } from './lowering.js';
import type { Pointer } from './region.js';

/** What one thread calls. */
export interface ForeignCall {
  /** A pointer, or any number but 0 that the code knows. */
  readonly target: bigint;
  /** Where the thread's share of each operand starts, in bytes from the operand's pointer. */
  readonly offsets: readonly number[];
  readonly list?: Uint8Array;
}

export interface ForeignRecords {
  readonly words: Uint32Array;
  /** Of a record: whole cache lines, so that threads do not write to each other's. */
  readonly bytes: number;
}

const targetBytes = 8;
const cacheLine = 64;

/**
 * Records of calls with `count` operands, as `runRecord` in `wasm/kernels/calls.ts` reads them: the target as a 64-bit word
 * (0: nothing to do), the address that each operand had last, its offset, and the argument list.
 */
export function foreignRecords(
  calls: readonly (ForeignCall | undefined)[],
  count: number,
): ForeignRecords {
  const head = targetBytes + 8 * count;
  const longest = Math.max(0, ...calls.map((call) => call?.list?.length ?? 0));
  const bytes = Math.ceil((head + longest) / cacheLine) * cacheLine;
  const view = new DataView(new ArrayBuffer(bytes * calls.length));
  calls.forEach((call, i) => {
    if (call === undefined) return;
    const start = i * bytes;
    view.setBigUint64(start, call.target, true);
    call.offsets.forEach((offset, k) => {
      view.setUint32(start + targetBytes + 4 * (count + k), offset, true);
    });
    if (call.list !== undefined) new Uint8Array(view.buffer, start + head).set(call.list);
  });
  return { words: new Uint32Array(view.buffer), bytes };
}

/** Emits a phase in which thread t makes call t, if it has one. */
export function emitForeign(
  context: LowerContext,
  operands: readonly Pointer[],
  calls: readonly (ForeignCall | undefined)[],
  options?: PhaseOptions,
): void {
  const { words, bytes } = foreignRecords(calls, operands.length);
  const records = context.table(words);
  const count = operands.length;
  context.emit('foreign', { records, recordBytes: bytes, count, operands }, options);
}
