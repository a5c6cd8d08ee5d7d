/** The calls of a phase, and the form in which the runner (`../runner.ts`) reads them. */
import { internalError } from '../../../core/errors.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Phase } from '../../compiler/phase.js';
import { Pointer, type Region } from '../../compiler/region.js';
import { alignUp } from '../../pool/heap.js';
import type { Kernel } from '../kernels.js';

/** A place in an operand, for a kernel's argument. */
export interface Place {
  readonly operand: Operand;
  readonly at: number;
  /** Those that the call touches there, of each image that it is of. @default all */
  readonly pixels?: Pixels | undefined;
}

/** Pixels [first, end) of an image, row by row, whatever their channels. */
export interface Pixels {
  readonly first: number;
  readonly end: number;
  /** Bytes from one to the next. */
  readonly apart: number;
}

/** Those of whole rows of so many pixels. */
export function pixelsOfRows(
  { first, end }: { readonly first: number; readonly end: number },
  width: number,
  apart: number,
): Pixels {
  return { first: first * width, end: end * width, apart };
}

/** Memory that a phase works on. */
export class Operand {
  /** @internal `bytes`: of a thread's own part, where each has one. */
  constructor(
    readonly pointer: Pointer,
    readonly bytes: number,
    readonly isOwn: boolean,
  ) {}

  at(bytes: number, pixels?: Pixels): Place {
    return { operand: this, at: bytes, pixels };
  }
}

/** Images [first, end) of a batch. */
export interface Images {
  readonly first: number;
  readonly end: number;
}

/** A phase that goes image by image; where threads do not have as many images each, it counts as any other. */
export interface ByImages {
  /** Of the batch. */
  readonly images: number;
  /** Operands of which a call touches only the images that it is of. */
  readonly operands: readonly Operand[];
  /** Those of them that a convolution reads, and that it writes. */
  readonly convolved?: Convolved;
}

export interface Convolved {
  readonly from: readonly Operand[];
  readonly to: readonly Operand[];
}

export interface PhaseCall {
  readonly kernel: Kernel;
  readonly places: readonly Place[];
  /** Undefined where it is of none. */
  readonly images: Images | undefined;
  /** How much of what its phase does to the first of them is done before, 0–1. */
  readonly progress: number;
}

export interface PhaseCalls {
  readonly operands: readonly Operand[];
  /** Of each thread. */
  readonly lists: readonly (readonly PhaseCall[])[];
  readonly byImages: ByImages | undefined;
}

/** Throws where a kernel would leave the memory of an operand. */
export function requireReachable({ reaches }: Kernel, places: readonly Place[]): void {
  if (places.length !== reaches.length)
    throw internalError(`a kernel of ${reaches.length} arguments gets ${places.length}`);
  places.forEach(({ operand, at }, i) => {
    const reach = reaches[i];
    if (reach !== undefined) requireInside(i, at + reach.from, at + reach.to, operand.bytes);
  });
}

/** Offsets are 32-bit numbers with a sign. */
export const maxBytes = 2 ** 31;

function requireInside(argument: number, from: number, to: number, bytes: number): void {
  if (from >= 0 && to <= bytes && bytes < maxBytes) return;
  throw internalError(
    `argument ${argument} of a kernel would reach bytes ${from} to ${to} of ${bytes}`,
  );
}

/** Bytes of an entry before its arguments, and of an argument. */
const headBytes = 16;
const argumentBytes = 8;

/** By the table that their lists are in. */
const known = new WeakMap<Region, PhaseCalls>();

/** The calls of a phase of emitted kernels; undefined of others. */
export function callsOf({ words }: Phase): PhaseCalls | undefined {
  for (const word of words) {
    const calls = word instanceof Pointer ? known.get(word.region) : undefined;
    if (calls !== undefined) return calls;
  }
  return undefined;
}

export function emitCalls(context: LowerContext, calls: PhaseCalls): void {
  const { operands, lists, byImages } = calls;
  const positions = new Map(operands.map((operand, i) => [operand, i + 1]));
  const words = lists.map((list) => wordsOf(list, positions));
  const all = new Uint32Array(words.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  const starts = words.map((list) => {
    all.set(list, start);
    start += list.length;
    return 4 * (start - list.length);
  });
  const table = context.table(all);
  known.set(table.region, calls);
  const split = byImages && {
    split: `native: ${byImages.images} images`,
    own: byImages.operands.map(({ pointer }) => pointer),
  };
  const pointers = [table, ...operands.map(({ pointer }) => pointer)];
  const count = pointers.length;
  const recordBytes = alignUp(4 * (1 + 2 * count)); // Threads write to cache lines of their own.
  const records = new Uint32Array((recordBytes / 4) * lists.length);
  lists.forEach(({ length }, thread) => {
    if (length === 0) return;
    const offsets = operands.map(({ isOwn, bytes }) => (isOwn ? thread * bytes : 0));
    const at = (recordBytes / 4) * thread;
    records[at] = 1;
    records.set([starts[thread] ?? 0, ...offsets], at + 1 + count);
  });
  const told = { records: context.table(records), recordBytes, count, operands: pointers };
  context.emit('foreign', told, split);
}

/** An entry for each call: the kernel's address, the entry's bytes, (operand's position, byte in it) for each argument. */
function wordsOf(list: readonly PhaseCall[], positions: ReadonlyMap<Operand, number>): Uint32Array {
  const bytes = ({ places }: PhaseCall) => headBytes + argumentBytes * places.length;
  const length = list.reduce((sum, call) => sum + bytes(call) / 4, 2);
  const words = new Uint32Array(length); // Two zeros end it.
  let at = 0;
  for (const call of list) {
    const { address } = call.kernel;
    words[at] = address >>> 0;
    words[at + 1] = Math.floor(address / 2 ** 32);
    words[at + 2] = bytes(call);
    at += 4;
    for (const place of call.places) {
      words[at] = positions.get(place.operand) ?? 0;
      words[at + 1] = place.at;
      at += 2;
    }
  }
  return words;
}
