/** Phases that run a primitive of oneDNN on every thread, each on its own share. */

import { type ForeignCall, foreignRecords, recordBytes } from '../../compiler/foreign-call.js';
import type { LowerContext, PhaseOptions } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Desc } from '../api.js';
import { argument, type OneDnn } from '../library.js';

/** An operand's place, the same for all threads. */
export interface PhaseOperand {
  readonly argument: number;
  readonly pointer: Pointer;
}

/** What one thread runs. */
export interface PrimitiveShare {
  readonly primitiveDesc: bigint;
  /** For each operand: its layout, and bytes from its pointer to the thread's share. */
  readonly operands: readonly { readonly desc: Desc; readonly offset: number }[];
}

/** Emits a phase in which thread t runs share t. The primitive descriptors must live as long as the plan. */
export function emitPrimitive(
  context: LowerContext,
  onednn: OneDnn,
  operands: readonly PhaseOperand[],
  shares: readonly (PrimitiveShare | undefined)[],
  options?: PhaseOptions,
): void {
  const pads = shares.map((share) => (share ? onednn.scratchpadOf(share.primitiveDesc) : 0));
  const pad = Math.max(...pads);
  const scratch = pad > 0 ? context.threadScratch(pad) : undefined;
  const pointers = operands.map(({ pointer }) => pointer);
  if (scratch !== undefined) pointers.push(scratch.pointer);

  const records = shares.map((share, thread): ForeignCall | undefined => {
    if (share === undefined) return undefined;
    const memory = (desc: Desc): bigint => {
      const handle = onednn.memory(desc);
      context.whenDisposed(() => onednn.destroyMemory(handle));
      return handle;
    };
    const primitive = onednn.primitive(share.primitiveDesc);
    context.whenDisposed(() => onednn.destroyPrimitive(primitive));
    const given = operands.map((operand, i) => {
      const { desc = null, offset = 0 } = share.operands[i] ?? {};
      return { argument: operand.argument, handle: memory(desc), offset };
    });
    if (scratch !== undefined)
      given.push({
        argument: argument.scratchpad,
        handle: memory(onednn.descOf(share.primitiveDesc, 'scratchpad')),
        offset: thread * scratch.bytes,
      });
    return { primitive, stream: onednn.stream(thread), operands: given };
  });
  const table = context.table(foreignRecords(records, pointers.length));
  const words = [table, recordBytes(pointers.length), pointers.length, ...pointers];
  context.emit('native', words, options);
}
