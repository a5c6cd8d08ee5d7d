/** The pointers of kernels: their places are known when a kernel is written, and so is what it reaches. */
import { type Gpr, type Mem, mem } from './asm/operands.js';
import type { Stride } from './tiles.js';

/** Memory that a cursor reaches. */
export interface CursorMem extends Mem {
  readonly cursor: Cursor;
  /** Between the rows of a tile. */
  readonly stride?: Stride;
}

/** What moves pointers. */
interface Writer {
  add(to: Gpr, bytes: number): void;
  prefetch(level: 0 | 1, at: Mem): void;
  fork(parent: Cursor, bytes: number): Cursor;
}

/** A pointer that moves by steps known when the kernel is written. */
export class Cursor {
  /** @internal Made by the writer. `offset`: bytes from the argument, in the first round of all loops. */
  constructor(
    private readonly writer: Writer,
    readonly register: Gpr,
    readonly argument: number,
    readonly parent: Cursor | undefined,
    readonly depth: number,
    public offset: number,
  ) {}

  at(bytes = 0): CursorMem {
    return { ...mem(this.register, bytes), cursor: this };
  }

  /** The rows of a tile from `bytes` on. */
  rows(stride: Stride, bytes = 0): CursorMem {
    return { ...mem(this.register, bytes, stride.register), cursor: this, stride };
  }

  advance(bytes: number): void {
    if (bytes !== 0) this.writer.add(this.register, bytes);
    this.offset += bytes;
  }

  /** Asks for a cache line for later. It may lie anywhere: nothing is read. */
  fetch(bytes: number): void {
    this.writer.prefetch(1, mem(this.register, bytes));
  }

  /**
   * The same for what a pass over a tensor reads next: it comes from memory, and the CPU by itself does not look beyond a page, nor where the
   * next block of channels starts.
   */
  fetchAhead(bytes: number): void {
    this.fetch(bytes + 2048);
  }

  /** Another pointer to `bytes` further on, until the end of the scope. */
  fork(bytes = 0): Cursor {
    return this.writer.fork(this, bytes);
  }
}
