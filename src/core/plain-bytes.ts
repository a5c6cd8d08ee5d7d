import { ValueError } from './errors.js';

/** Bytes as they come from outside: plain ones, a Buffer (whose `slice` is a view), or what a canvas gives. */
export type Bytes = Uint8Array | Uint8ClampedArray;

/** The same memory as a plain Uint8Array, whose `slice` copies and which takes numbers modulo 256. */
export function plainBytes(subject: string, bytes: Bytes): Uint8Array {
  if (Object.getPrototypeOf(bytes) === Uint8Array.prototype) return bytes as Uint8Array;
  // By its tag, because another realm's Uint8Array (a test runner's) is no instance of this one's.
  const tag = Object.prototype.toString.call(bytes).slice(8, -1);
  if (tag === 'Uint8Array' || tag === 'Uint8ClampedArray')
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  throw new ValueError(subject, `bytes are given as ${tag}, a Uint8Array is required`);
}
