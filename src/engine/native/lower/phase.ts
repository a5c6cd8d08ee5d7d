/**
 * A phase of emitted kernels: for each thread a list of calls on the phase's operands. Every argument is checked here
 * against the memory that its operand has, so that no list can lead a kernel out of it.
 */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Kernel } from '../kernels.js';
import {
  type ByImages,
  emitCalls,
  type Images,
  maxBytes,
  Operand,
  type PhaseCall,
  type Place,
  requireReachable,
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
        calls.push({ kernel, places, images, progress: 0 });
      };
      list(thread, call, (some) => {
        images = some;
      });
      return inOrder(calls);
    });
    const isEven = byImages !== undefined && haveOwnImages(lists, byImages);
    emitCalls(context, { operands, lists, byImages: isEven ? byImages : undefined });
  }

  private add(operand: Operand): Operand {
    this.operands.push(operand);
    return operand;
  }
}

/** The calls, which say how far their phase has come with an image. */
function inOrder(calls: readonly PhaseCall[]): PhaseCall[] {
  const ofImage = new Map<number | undefined, number>();
  const places = calls.map(({ images }) => {
    const place = ofImage.get(images?.first) ?? 0;
    ofImage.set(images?.first, place + 1);
    return place;
  });
  return calls.map((call, i) => ({
    ...call,
    progress: (places[i] ?? 0) / (ofImage.get(call.images?.first) ?? 1),
  }));
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

/** Whether operands of so many bytes can be reached. */
export function areReachable(...bytes: readonly number[]): boolean {
  return bytes.every((count) => count < maxBytes);
}
