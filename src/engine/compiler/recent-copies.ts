/**
 * Copies of eager results in the engine's memory. Each result is written there by its kernel and copied to the host's
 * array; the copy stays until newer results need the room, so that the ops that take the result next need not copy it
 * back. The host's arrays hold the truth at all times.
 */
import type { EngineCopy, HostBuffer } from '../host-buffer.js';
import { alignUp } from '../pool/heap.js';

/** Room for the forward pass of a small network. */
const ringBytes = 2 ** 26;

/** Smaller arrays are copied in the time of a look-up. */
const leastBytes = 4096;

export class RecentCopy implements EngineCopy {
  constructor(
    readonly engine: object,
    readonly address: number,
    /** Where it begins, counted as `head` is. */
    readonly start: number,
  ) {}
}

export class RecentCopies {
  /** Known to buffers, which must not keep the engine's memory alive. */
  private readonly name = {};
  private start: number | undefined;
  /** Bytes handed out since the start; the ring holds the last `ringBytes` of them. */
  private head = 0;

  /** @param allocate Gets memory for the ring, when it is first needed; undefined where there is none. */
  constructor(private readonly allocate: (bytes: number) => number | undefined) {}

  /** Room for a copy of what `buffer` will hold; undefined where keeping it is not worth it. */
  reserve({ array, isHandedOut }: HostBuffer): RecentCopy | undefined {
    const bytes = alignUp(array.byteLength);
    if (bytes < leastBytes || bytes > ringBytes / 8 || isHandedOut) return undefined;
    this.start ??= this.allocate(ringBytes);
    if (this.start === undefined) return undefined;
    const offset = this.head % ringBytes;
    if (offset + bytes > ringBytes) this.head += ringBytes - offset;
    const copy = new RecentCopy(this.name, this.start + (this.head % ringBytes), this.head);
    this.head += bytes;
    return copy;
  }

  /** The address of the buffer's copy, if it is still there. */
  find({ copy }: HostBuffer): number | undefined {
    const isOurs = copy instanceof RecentCopy && copy.engine === this.name;
    return isOurs && this.head - copy.start <= ringBytes ? copy.address : undefined;
  }
}
