/**
 * Arrays that nobody but ops reads and writes. Of those an engine may keep copies in memory of its own, for it sees every
 * change; an array that has been handed out may be changed by anybody at any time.
 */
import type { TypedArray } from '../core/dtype.js';

const privateArrays = new WeakSet<TypedArray>();

/** Says that nobody else has this array. */
export function markPrivate<T extends TypedArray>(array: T): T {
  privateArrays.add(array);
  return array;
}

/** Says that the array has been handed out. */
export function expose(array: TypedArray): void {
  privateArrays.delete(array);
}

export function isPrivate(array: TypedArray): boolean {
  return privateArrays.has(array);
}
