/**
 * The engine's one memory: shared by its threads, grown as plans need it, up to the 4 GiB that WebAssembly addresses.
 * Arrays may live in it (`resident`); plans use those where they are. Where memory cannot be shared none lives in it, for
 * growing such a memory takes it away from all arrays.
 */
import { type DType, dtypeOf, itemSize, type TypedArray, viewOf } from '../../core/dtype.js';
import { EngineError } from '../../core/errors.js';
import type { Loan } from '../engine.js';
import { type Holding, releaseUnreachable, whenUnreachable } from '../unreachable.js';
import { firstFreeByte } from './control-block.js';
import { Heap } from './heap.js';

const pageBytes = 65536;
const maxPages = 65536;
const gibibyte = 2 ** 30;

/** From so many bytes on, and whenever they have doubled, the garbage collector is asked for what nobody reaches. */
const worthCollecting = gibibyte / 4;

/** Smaller arrays are copied in the time that it takes to find them a place. */
const leastLoan = 4096;

/** A stretch of scratch memory that plans share: only one of them runs at a time. */
export interface Slab {
  readonly address: number;
  readonly bytes: number;
  users: number;
}

class Block implements Holding {
  constructor(
    private readonly heap: Heap,
    private readonly address: number,
  ) {}

  release(): void {
    this.heap.free(this.address);
  }
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  private readonly heap = new Heap(firstFreeByte, maxPages * pageBytes);
  /** Growing makes a new buffer object of the same bytes; arrays on the old ones stay valid where it is shared. */
  private readonly buffers = new WeakSet<object>();
  private readonly slabs: Slab[] = [];
  /** Bytes in use at which to collect garbage. */
  private limit = worthCollecting;

  /** @param collectGarbage Finds what nobody reaches, which does not press on the collector: it does not see this memory. */
  constructor(
    private readonly shared = true,
    private readonly collectGarbage?: () => void,
  ) {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: maxPages, shared });
    this.buffers.add(this.memory.buffer);
  }

  /** A new block of memory that holds anything. */
  allocate(bytes: number): number {
    if (this.heap.used + bytes > this.limit) this.reclaim();
    const address = this.heap.allocate(bytes) ?? this.reclaim().allocate(bytes);
    if (address === undefined) throw tooLarge(bytes, this.heap.used);
    try {
      this.growTo(address + bytes);
    } catch (error) {
      this.heap.free(address);
      throw error;
    }
    return address;
  }

  /** A block for what is nice to have; undefined when memory is short. */
  allocateSpare(bytes: number): number | undefined {
    if (this.heap.used + bytes > 2 * gibibyte) return undefined;
    try {
      return this.allocate(bytes);
    } catch {
      return undefined;
    }
  }

  free(address: number): void {
    this.heap.free(address);
  }

  /** Scratch memory of at least `bytes`, which other plans use too while they run. */
  acquireSlab(bytes: number): Slab {
    const fitting = this.slabs.filter((slab) => slab.bytes >= bytes);
    fitting.sort((a, b) => a.bytes - b.bytes);
    let slab = fitting[0];
    if (slab === undefined) {
      const size = slabSize(bytes);
      slab = { address: this.allocate(size), bytes: size, users: 0 };
      this.slabs.push(slab);
    }
    slab.users++;
    return slab;
  }

  releaseSlab(slab: Slab): void {
    slab.users--;
    if (slab.users > 0) return;
    this.slabs.splice(this.slabs.indexOf(slab), 1);
    this.free(slab.address);
  }

  view(dtype: DType, address: number, length: number): TypedArray {
    return viewOf(dtype, this.memory.buffer, address, length);
  }

  /** Where the array lies, if it lies in this memory (no longer, where growing has taken the memory from it). */
  addressOf(array: TypedArray): number | undefined {
    return this.buffers.has(array.buffer) ? array.byteOffset : undefined;
  }

  /**
   * A copy of the array in this memory, which is given back when the copy is no longer reachable; the array itself where
   * the memory is not shared.
   */
  resident(data: TypedArray): TypedArray {
    if (!this.shared || this.addressOf(data) !== undefined) return data;
    const address = this.allocate(data.byteLength);
    const copy = this.view(dtypeOf(data), address, data.length);
    copy.set(data);
    whenUnreachable(copy, new Block(this.heap, address));
    return copy;
  }

  /** An array in this memory for a while; undefined where it is not worth a block, or where there is no room. */
  lend(dtype: DType, length: number): Loan | undefined {
    const bytes = length * itemSize(dtype);
    if (!this.shared || bytes < leastLoan) return undefined;
    const address = this.allocateSpare(bytes);
    if (address === undefined) return undefined;
    return { array: this.view(dtype, address, length), end: () => this.free(address) };
  }

  /** Takes back what belongs to plans and arrays that nobody reaches any more. */
  private reclaim(): Heap {
    this.collectGarbage?.();
    releaseUnreachable();
    this.limit = Math.max(worthCollecting, 2 * this.heap.used);
    return this.heap;
  }

  private growTo(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    if (!this.shared) this.buffers.delete(this.memory.buffer);
    try {
      this.memory.grow(missing);
    } catch (error) {
      throw new EngineError(
        'wasm',
        `the system has no more memory: ${gibibytes(bytes)} were asked for; ` +
          'use a smaller batch, or accumulate gradients over several',
        { cause: error },
      );
    } finally {
      this.buffers.add(this.memory.buffer);
    }
  }
}

/** Small slabs double in size, so that plans of growing size do not leave many behind. */
function slabSize(bytes: number): number {
  const generous = 2 ** Math.ceil(Math.log2(Math.max(bytes, pageBytes)));
  return generous <= 2 ** 26 ? generous : bytes;
}

/** The error of a plan or an array that does not fit into what WebAssembly can address. */
export function tooLarge(bytes: number, used: number): EngineError {
  return new EngineError(
    'wasm',
    `${gibibytes(bytes)} are needed and ${gibibytes(used)} are in use, but WebAssembly can address ` +
      `${gibibytes(maxPages * pageBytes)}; use a smaller batch, or accumulate gradients over several`,
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(2)} GiB`;
}
