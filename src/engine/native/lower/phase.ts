/**
 * A phase of emitted kernels: for each thread a list of calls on the phase's operands. Every argument is checked here
 * against the memory that its operand has, so that no list can lead a kernel out of it.
 */
import { internalError } from '../../../core/errors.js';
import { emitForeign, type ForeignCall } from '../../compiler/foreign-call.js';
import type { LowerContext, PhaseOptions } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Kernel } from '../kernels.js';

/** A place in an operand, for a kernel's argument. */
export interface Place {
  readonly operand: Operand;
  readonly at: number;
}

/** Memory that a phase works on. */
export class Operand {
  /** @internal `bytes`: of a thread's own part, where each has one. */
  constructor(
    readonly position: number,
    readonly pointer: Pointer,
    readonly bytes: number,
    readonly isOwn: boolean,
  ) {}

  at(bytes: number): Place {
    return { operand: this, at: bytes };
  }
}

/** Adds a call to a thread's list. */
export type Call = (kernel: Kernel, ...places: readonly Place[]) => void;

/** The one function that threads call (`calls.ts`). */
const runner = 1n;

/** Bytes of an entry before its arguments, and of an argument. */
const headBytes = 16;
const argumentBytes = 8;

export class KernelPhase {
  private readonly operands: Operand[] = [];
  private readonly lists: Uint32Array[] = [];

  constructor(private readonly context: LowerContext) {}

  /** Memory that all threads see. */
  operand(pointer: Pointer): Operand {
    return this.add(pointer, pointer.region.bytes - pointer.offset, false);
  }

  /** What `threadScratch` has made: a part for each thread. */
  own({ pointer, bytes }: ReturnType<LowerContext['threadScratch']>): Operand {
    return this.add(pointer, bytes, true);
  }

  /** Lets `list` make the calls of each thread, in the order in which they are to run, and emits the phase. */
  run(list: (thread: number, call: Call) => void, options?: PhaseOptions): void {
    const { context } = this;
    for (let thread = 0; thread < context.threads; thread++) {
      const words: number[] = [];
      list(thread, (kernel, ...places) => this.lay(words, kernel, places));
      words.push(0, 0);
      this.lists.push(Uint32Array.from(words));
    }
    this.emit(options);
  }

  private add(pointer: Pointer, bytes: number, isOwn: boolean): Operand {
    const operand = new Operand(this.operands.length + 1, pointer, bytes, isOwn);
    this.operands.push(operand);
    return operand;
  }

  private lay(words: number[], { address, reaches }: Kernel, places: readonly Place[]): void {
    if (places.length !== reaches.length)
      throw internalError(`a kernel of ${reaches.length} arguments gets ${places.length}`);
    words.push(address >>> 0, Math.floor(address / 2 ** 32));
    words.push(headBytes + argumentBytes * places.length, 0);
    places.forEach(({ operand, at }, i) => {
      const reach = reaches[i];
      if (reach !== undefined) requireInside(i, at + reach.from, at + reach.to, operand.bytes);
      words.push(operand.position, at);
    });
  }

  private emit(options?: PhaseOptions): void {
    const { context, lists, operands } = this;
    const all = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    const starts = lists.map((list) => {
      all.set(list, start);
      start += list.length;
      return 4 * (start - list.length);
    });
    const isEmpty = ({ length }: Uint32Array) => length === 2;
    const calls = lists.map((list, thread): ForeignCall | undefined => {
      if (isEmpty(list)) return undefined;
      const offsets = operands.map(({ isOwn, bytes }) => (isOwn ? thread * bytes : 0));
      return { target: runner, offsets: [starts[thread] ?? 0, ...offsets] };
    });
    const pointers = [context.table(all), ...operands.map(({ pointer }) => pointer)];
    emitForeign(context, pointers, calls, options);
  }
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
