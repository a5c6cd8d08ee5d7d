/**
 * A phase of emitted kernels: for each thread a list of calls on the phase's operands. Every argument is checked here
 * against the memory that its operand has, so that no list can lead a kernel out of it.
 */
import { internalError } from '../../../core/errors.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Kernel } from '../kernels.js';
import {
  type ByImages,
  emitCalls,
  type Images,
  Operand,
  type PhaseCall,
  type Place,
} from './phase-calls.js';

export type { Operand, Place };

/** Adds a call to a thread's list. */
export type Call = (kernel: Kernel, ...places: readonly Place[]) => void;

/** Says of which images the calls that follow are; without, they are of none, and come before all others. */
export type OfImages = (images: Images) => void;

export class KernelPhase {
  private readonly operands: Operand[] = [];

  constructor(private readonly context: LowerContext) {}

  /** Memory that all threads see. */
  operand(pointer: Pointer): Operand {
    return this.add(new Operand(pointer, pointer.region.bytes - pointer.offset, false));
  }

  /** What `threadScratch` has made: a part for each thread. */
  own({ pointer, bytes }: ReturnType<LowerContext['threadScratch']>): Operand {
    return this.add(new Operand(pointer, bytes, true));
  }

  /** Lets `list` make the calls of each thread, in the order in which they are to run, and emits the phase. */
  run(list: (thread: number, call: Call, ofImages: OfImages) => void, byImages?: ByImages): void {
    const { context, operands } = this;
    const lists = Array.from({ length: context.threads }, (_, thread) => {
      const calls: PhaseCall[] = [];
      let images: Images | undefined;
      const call: Call = (kernel, ...places) => {
        requireReachable(kernel, places);
        calls.push({ kernel, places, images });
      };
      list(thread, call, (some) => {
        images = some;
      });
      return calls;
    });
    const isEven = byImages !== undefined && haveOwnImages(lists, byImages);
    emitCalls(context, { operands, lists, byImages: isEven ? byImages : undefined });
  }

  private add(operand: Operand): Operand {
    this.operands.push(operand);
    return operand;
  }
}

/** Whether each thread's calls are of its share of the images alone, and the shares are equal. */
function haveOwnImages(lists: readonly (readonly PhaseCall[])[], { images }: ByImages): boolean {
  const each = images / lists.length;
  return lists.every((calls, thread) => {
    const [first, end] = [thread * each, (thread + 1) * each];
    return calls.every((call) => call.images === undefined || isWithin(call.images, first, end));
  });
}

const isWithin = (images: Images, first: number, end: number) =>
  images.first >= first && images.end <= end;

function requireReachable({ reaches }: Kernel, places: readonly Place[]): void {
  if (places.length !== reaches.length)
    throw internalError(`a kernel of ${reaches.length} arguments gets ${places.length}`);
  places.forEach(({ operand, at }, i) => {
    const reach = reaches[i];
    if (reach !== undefined) requireInside(i, at + reach.from, at + reach.to, operand.bytes);
  });
}

/** Offsets are 32-bit numbers with a sign. */
const maxBytes = 2 ** 31;

function requireInside(argument: number, from: number, to: number, bytes: number): void {
  if (from >= 0 && to <= bytes && bytes < maxBytes) return;
  throw internalError(
    `argument ${argument} of a kernel would reach bytes ${from} to ${to} of ${bytes}`,
  );
}

/** Whether operands of so many bytes can be reached. */
export function areReachable(...bytes: readonly number[]): boolean {
  return bytes.every((count) => count < maxBytes);
}
