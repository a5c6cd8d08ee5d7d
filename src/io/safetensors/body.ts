/** The bytes of a safetensors file as they come in: pieces of a few MiB, so that a file never lies in memory beside its tensors. */

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
