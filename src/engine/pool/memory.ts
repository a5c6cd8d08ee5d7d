/**
 * The engine's one memory: shared by its threads, grown as plans need it, up to the 4 GiB that WebAssembly addresses.
 * Host buffers may lie in it; plans use those where they are. Where memory cannot be shared none lies in it, for growing such
 * a memory takes it away from all arrays.
 */
import { type DType, itemSize, type TypedArray, viewOf } from '../../core/dtype.js';
import { EngineError } from '../../core/errors.js';
import { HostBuffer } from '../host-buffer.js';
import { type Holding, releaseUnreachable, whenUnreachable } from '../unreachable.js';
import { firstFreeByte } from './control-block.js';
import { Heap } from './heap.js';

const pageBytes = 65536;
const maxPages = 65536;

/** Bytes behind the last block: kernels may load a vector that ends behind a tensor (wasm/kernels/share.ts). */
const slackBytes = 64;
const gibibyte = 2 ** 30;

/** From so many bytes on, and whenever they have doubled, the garbage collector is asked for what nobody reaches. */
const worthCollecting = gibibyte / 8;

/** Smaller results are copied in the time that it takes to find them a place. */
const leastResult = 4096;

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

/** A buffer whose place in the memory is free again as soon as it is released. */
class ReleasedBuffer extends HostBuffer {
  constructor(
    dtype: DType,
    array: TypedArray,
    memory: object,
    private readonly block: Block,
  ) {
    super(dtype, array, false, memory);
  }

  override release(): void {
    this.block.release();
  }
}

/** A result in this memory, which goes when nobody reaches the array: others than ops, who may keep parts of it, get a copy. */
class ResultBuffer extends HostBuffer {
  override forOthers(): HostBuffer {
    return new HostBuffer(this.dtype, this.array.slice());
  }
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  private readonly heap = new Heap(firstFreeByte, maxPages * pageBytes - slackBytes);
  /** By it buffers know that they lie here. */
  private readonly name = {};
  private readonly slabs: Slab[] = [];
  /** Bytes in use at which to collect garbage. */
  private limit = worthCollecting;

  /** @param collectGarbage Finds what nobody reaches, which does not press on the collector: it does not see this memory. */
  constructor(
    private readonly shared = true,
    private readonly collectGarbage?: () => void,
  ) {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: maxPages, shared });
  }

  /** A new block of memory that holds anything. */
  allocate(bytes: number): number {
    if (this.heap.used + bytes > this.limit) this.reclaim();
    const address = this.heap.allocate(bytes) ?? this.reclaim().allocate(bytes);
    if (address === undefined) throw tooLarge(bytes, this.heap.used);
    try {
      this.growTo(address + bytes + slackBytes);
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

  /** Where the buffer lies, if it lies in this memory. */
  addressOf({ memory, array }: HostBuffer): number | undefined {
    return memory === this.name ? array.byteOffset : undefined;
  }

  /**
   * A buffer of the same elements in this memory, which is given back when the array is no longer reachable; the buffer
   * itself where the memory is not shared.
   */
  adopt(buffer: HostBuffer): HostBuffer {
    if (!this.shared || this.addressOf(buffer) !== undefined) return buffer;
    const { dtype, array } = buffer;
    const copy = this.reachableView(dtype, this.allocate(array.byteLength), array.length);
    copy.set(array);
    return new HostBuffer(dtype, copy, false, this.name);
  }

  /** A buffer in this memory until it is released; undefined where it is not worth a block, or where there is no room. */
  allocateBuffer(dtype: DType, length: number): HostBuffer | undefined {
    const address = this.placeFor(length * itemSize(dtype));
    if (address === undefined) return undefined;
    const block = new Block(this.heap, address);
    return new ReleasedBuffer(dtype, this.view(dtype, address, length), this.name, block);
  }

  /**
   * A buffer in this memory for the result of an op; undefined where it is not worth a block, where there is no room, or where
   * nobody finds out what is not reached any more.
   */
  allocateResult(dtype: DType, length: number): HostBuffer | undefined {
    if (this.collectGarbage === undefined) return undefined;
    const address = this.placeFor(length * itemSize(dtype));
    if (address === undefined) return undefined;
    const array = this.reachableView(dtype, address, length);
    return new ResultBuffer(dtype, array, false, this.name);
  }

  private placeFor(bytes: number): number | undefined {
    return this.shared && bytes >= leastResult ? this.allocateSpare(bytes) : undefined;
  }

  /** A view of a block that is given back when nobody reaches it. */
  private reachableView(dtype: DType, address: number, length: number): TypedArray {
    const view = this.view(dtype, address, length);
    whenUnreachable(view, new Block(this.heap, address));
    return view;
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
    try {
      this.memory.grow(missing);
    } catch (error) {
      throw new EngineError(
        'wasm',
        `the system has no more memory: ${gibibytes(bytes)} were asked for; ` +
          'use a smaller batch, or accumulate gradients over several',
        { cause: error },
      );
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
