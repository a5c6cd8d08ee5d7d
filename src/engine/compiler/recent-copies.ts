/**
 * Copies of eager results in the engine's memory. Each result is written there by its kernel and copied to the caller's
 * array; the copy stays until newer results need the room, so that the ops that take the result next need not copy it
 * back. The caller's arrays hold the truth at all times, and only private ones are looked up.
 */
import type { TypedArray } from '../../core/dtype.js';
import { alignUp } from '../pool/heap.js';
import { isPrivate } from '../private-arrays.js';

/** Room for the forward pass of a small network. */
const ringBytes = 2 ** 26;

/** Smaller arrays are copied in the time of a look-up. */
const leastBytes = 4096;

export class RecentCopies {
  private start: number | undefined;
  /** Bytes handed out since the start; the ring holds the last `ringBytes` of them. */
  private head = 0;
  /** Where each array's copy begins, counted as `head` is. */
  private places = new WeakMap<TypedArray, number>();

  /** @param allocate Gets memory for the ring, when it is first needed; undefined where there is none. */
  constructor(private readonly allocate: (bytes: number) => number | undefined) {}

  /** Room for a result that will be copied to `array`; undefined where keeping it is not worth it. */
  reserve(array: TypedArray): number | undefined {
    const bytes = alignUp(array.byteLength);
    this.places.delete(array);
    if (bytes < leastBytes || bytes > ringBytes / 8 || !isPrivate(array)) return undefined;
    this.start ??= this.allocate(ringBytes);
    if (this.start === undefined) return undefined;
    const offset = this.head % ringBytes;
    if (offset + bytes > ringBytes) this.head += ringBytes - offset;
    this.places.set(array, this.head);
    const address = this.start + (this.head % ringBytes);
    this.head += bytes;
    return address;
  }

  /** The address of the array's copy, if it is still there. */
  find(array: TypedArray): number | undefined {
    const place = this.places.get(array);
    if (place === undefined || this.start === undefined) return undefined;
    if (this.head - place <= ringBytes && isPrivate(array)) return this.start + (place % ringBytes);
    this.places.delete(array);
    return undefined;
  }

  /** The array has been written without its copy. */
  forget(array: TypedArray): void {
    this.places.delete(array);
  }

  forgetAll(): void {
    this.places = new WeakMap();
  }
}
