/** The bytes of a safetensors file as they come in: pieces of a few MiB, so that a file never lies in memory beside its tensors. */
import type { FileHandle } from 'node:fs/promises';
import { type ReadFailure, readFully } from '../../core/regular-file.js';

/** Gives the bytes one after the other. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** The next `length` bytes, which stay as they are until the next call. @throws when there are not as many */
  next(length: number): Uint8Array | Promise<Uint8Array>;
}

/** What one call of `next` may ask for. */
export const PIECE = 2 ** 22;

export function bytesSource(bytes: Uint8Array): ByteSource {
  let position = 0;
  return {
    size: bytes.length,
    next(length) {
      position += length;
      return bytes.subarray(position - length, position);
    },
  };
}

/** Reads ahead into one buffer, so that many small tensors take few calls. */
export function fileSource(file: FileHandle, size: number, fail: ReadFailure): ByteSource {
  let position = 0;
  let buffer = new Uint8Array(Math.min(size, PIECE));
  let start = 0;
  let end = 0;
  const take = (length: number) => {
    start += length;
    return buffer.subarray(start - length, start);
  };
  const refill = async (length: number) => {
    const rest = buffer.subarray(start, end);
    if (length > buffer.length) buffer = new Uint8Array(length);
    buffer.set(rest);
    const fresh = Math.min(size - position, buffer.length - rest.length);
    await readFully(file, buffer.subarray(rest.length, rest.length + fresh), position, fail);
    position += fresh;
    start = 0;
    end = rest.length + fresh;
    return take(length);
  };
  return { size, next: (length) => (length > end - start ? refill(length) : take(length)) };
}
