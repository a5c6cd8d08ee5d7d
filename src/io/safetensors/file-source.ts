import type { FileHandle } from 'node:fs/promises';
import { type ReadFailure, readFully } from '../../core/regular-file.js';
import { type ByteSource, PIECE } from './body.js';

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
