/** Phases that run a primitive of oneDNN on every thread, each on its own share. */

import { emitForeign, type ForeignCall } from '../../compiler/foreign-call.js';
import type { LowerContext, PhaseOptions } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Desc } from '../api.js';
import { writeArgumentList } from '../argument-list.js';
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

  const calls = shares.map((share, thread): ForeignCall | undefined => {
    if (share === undefined) return undefined;
    const memory = (desc: Desc): bigint => {
      const handle = onednn.memory(desc);
      context.whenDisposed(() => onednn.destroyMemory(handle));
      return handle;
    };
    const primitive = onednn.primitive(share.primitiveDesc);
    context.whenDisposed(() => onednn.destroyPrimitive(primitive));
    const offsets = operands.map((_, i) => share.operands[i]?.offset ?? 0);
    const given = operands.map((operand, i) => ({
      argument: operand.argument,
      handle: memory(share.operands[i]?.desc ?? null),
    }));
    if (scratch !== undefined) {
      offsets.push(thread * scratch.bytes);
      given.push({
        argument: argument.scratchpad,
        handle: memory(onednn.descOf(share.primitiveDesc, 'scratchpad')),
      });
    }
    return { target: primitive, offsets, list: writeArgumentList(onednn.stream(thread), given) };
  });
  emitForeign(context, pointers, calls, options);
}
