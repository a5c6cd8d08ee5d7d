/** The first directory of a TIFF, which EXIF data is too: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
import type { ByteView } from './byte-view.js';

/** Reads a tag's first number, or its k-th; null where it is not there or is no whole number. */
export type TiffDirectory = (tag: number, k?: number) => number | null;

/** Bytes of the types that hold whole numbers: BYTE, SHORT, LONG, their signed forms, and BigTIFF's. */
const sizes: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 16: 8 };

/** The directory in `view`, which begins with the byte order; null where that is no TIFF. */
export function tiffDirectory(view: ByteView): TiffDirectory | null {
  const order = view.text(0, 2);
  if (order !== 'II' && order !== 'MM') return null;
  const tiff = view.part(0, view.length, order === 'II');
  const version = tiff.u16(2);
  if (version !== 42 && version !== 43) return null;
  const big = version === 43;
  const start = big ? tiff.u64(8) : tiff.u32(4);
  const count = big ? tiff.u64(start) : tiff.u16(start);
  const [first, entrySize, valueAt] = big ? [start + 8, 20, 12] : [start + 2, 12, 8];
  return (tag, k = 0) => {
    for (let i = 0; i < count; i++) {
      const entry = first + i * entrySize;
      if (tiff.u16(entry) !== tag) continue;
      const size = sizes[tiff.u16(entry + 2)];
      const length = big ? tiff.u64(entry + 4) : tiff.u32(entry + 4);
      if (size === undefined || k >= length) return null;
      const inPlace = size * length <= entrySize - valueAt;
      const field = entry + valueAt;
      const values = inPlace ? field : big ? tiff.u64(field) : tiff.u32(field);
      const at = values + k * size;
      if (size === 8) return tiff.u64(at);
      return size === 1 ? tiff.u8(at) : size === 2 ? tiff.u16(at) : tiff.u32(at);
    }
    return null;
  };
}
