/** Pieces of an image that several tensors have in a core's cache at once, so that phases that run together find them there. */

/** Pieces [first, end). */
export interface Strip {
  readonly first: number;
  readonly end: number;
}

/** Bytes of a tensor in a piece. */
const stripBytes = 96 * 1024;

/** Bytes of an image that stays whole. */
const wholeBytes = 384 * 1024;

/** `count` pixels, or rows, of so many bytes in equal strips, the last of which may be shorter: each a multiple of `unit`. */
export function evenStrips(count: number, bytes: number, unit = 1): readonly Strip[] {
  const all = count * bytes;
  const strips = all <= wholeBytes ? 1 : Math.round(all / stripBytes);
  const size = Math.ceil(count / strips / unit) * unit;
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    first: i * size,
    end: Math.min(count, (i + 1) * size),
  }));
}
