/**
 * Picking pixels. Crops, pads, flips and nearest-neighbour scaling all say the same thing: output row *y* shows source
 * row `rows[y]`, output column *x* shows source column `columns[x]`, and −1 shows the fill colour. Written down so,
 * several of them in a row join into one (`joinGathers`), and whatever reads pixels can read through a gather instead of
 * after it. `Compose` relies on this; see compose.ts.
 */
import { type Channels, Image, type ImageSize } from '../image.js';
import { newBytes, type TakeBytes } from './byte-room.js';
import { type Fill, fillBytes } from './fill.js';

/** Which source row and column every output row and column shows; −1 is outside and shows `fill`. */
export interface Gather {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly fill: Fill;
}

/** A rectangle of an image; it may reach beyond the image where a fill is meant. */
export interface Box extends ImageSize {
  readonly top: number;
  readonly left: number;
}

/** The gather that shows `box`; what lies outside `size` shows `fill`. */
export function cropGather(size: ImageSize, box: Box, fill: Fill = 0): Gather {
  return {
    rows: shifted(box.height, box.top, size.height),
    columns: shifted(box.width, box.left, size.width),
    fill,
  };
}

function shifted(length: number, start: number, limit: number): Int32Array {
  if (start >= 0 && start + length <= limit) return part(everyIndex(limit), start, length);
  const indices = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const source = start + i;
    indices[i] = source < 0 || source >= limit ? -1 : source;
  }
  return indices;
}

/** The gather that mirrors left and right (`horizontal`), top and bottom (`vertical`), or both. */
export function flipGather(
  { height, width }: ImageSize,
  { horizontal = false, vertical = false }: { horizontal?: boolean; vertical?: boolean },
): Gather {
  return {
    rows: vertical ? backwards(height) : everyIndex(height),
    columns: horizontal ? backwards(width) : everyIndex(width),
    fill: 0,
  };
}

/** 0, 1, …, length − 1: all rows or columns in order. */
export const everyIndex = remembered((length) => Int32Array.from({ length }, (_, i) => i));

/** length − 1, …, 1, 0. */
const backwards = remembered((length) => Int32Array.from({ length }, (_, i) => length - 1 - i));

/** A function of a length whose results, which nobody changes, are kept for the lengths of most pictures. */
function remembered(make: (length: number) => Int32Array): (length: number) => Int32Array {
  const known: Int32Array[] = [];
  return (length) => {
    if (length > 1024) return make(length);
    known[length] ??= make(length);
    return known[length];
  };
}

/** `length` of the indices from `start` on, without a copy. */
function part(indices: Int32Array, start: number, length: number): Int32Array {
  if (start === 0 && length === indices.length) return indices;
  return indices.subarray(start, start + length);
}

/** The size of the picture that a gather shows. */
export function gatherSize({ rows, columns }: Gather): ImageSize {
  return { height: rows.length, width: columns.length };
}

/** What `gather` shows within `box`, which lies inside of it. */
export function cropOf({ rows, columns, fill }: Gather, box: Box): Gather {
  return {
    rows: part(rows, box.top, box.height),
    columns: part(columns, box.left, box.width),
    fill,
  };
}

/** One gather that does `first`, then `second`; null where both fill, with different colours. */
export function joinGathers(first: Gather, second: Gather): Gather | null {
  const fillsFirst = hasFill(first);
  if (fillsFirst && first.fill !== second.fill && hasFill(second)) return null;
  return chainGathers(first, second, fillsFirst ? first.fill : second.fill);
}

/** One gather that does `first`, then `second`, with one fill for both. */
export function chainGathers(first: Gather, second: Gather, fill: Fill): Gather {
  return {
    rows: through(first.rows, second.rows),
    columns: through(first.columns, second.columns),
    fill,
  };
}

function through(first: Int32Array, second: Int32Array): Int32Array {
  if (second === everyIndex(first.length)) return first;
  return second.map((index) => (index < 0 ? -1 : (first[index] as number)));
}

/** Whether any pixel of the gather shows the fill. */
export function hasFill({ rows, columns }: Gather): boolean {
  return rows.includes(-1) || columns.includes(-1);
}

/** The picture that `gather` shows of `image`. */
export function gatherPixels(image: Image, gather: Gather, take: TakeBytes = newBytes): Image {
  const { width, channels, data } = image;
  const { rows, columns } = gather;
  const out = take(rows.length * columns.length * channels);
  const fill = fillBytes('gather', gather.fill, channels);
  const stride = width * channels;
  let to = 0;
  for (let y = 0; y < rows.length; y++) {
    const row = (rows[y] as number) * stride;
    if (row < 0) {
      to = fillPixels(out, to, columns.length, fill, channels);
      continue;
    }
    for (let x = 0; x < columns.length; x++) {
      const column = columns[x] as number;
      if (column < 0) {
        to = fillPixels(out, to, 1, fill, channels);
      } else if (channels === 1) {
        out[to++] = data[row + column] as number;
      } else {
        const from = row + column * 3;
        out[to] = data[from] as number;
        out[to + 1] = data[from + 1] as number;
        out[to + 2] = data[from + 2] as number;
        to += 3;
      }
    }
  }
  return new Image(rows.length, columns.length, channels, out);
}

/** Writes `count` pixels of the fill colour from `to` on and returns where it stopped. */
export function fillPixels(
  out: Uint8Array,
  to: number,
  count: number,
  fill: Uint8Array,
  channels: Channels,
): number {
  const end = to + count * channels;
  for (let i = to; i < end; i += channels)
    for (let c = 0; c < channels; c++) out[i + c] = fill[c] as number;
  return end;
}
