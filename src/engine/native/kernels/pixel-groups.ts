/** Pixels of a row whose sums are made together. */
import { runsOf } from '../runs.js';
import { isInside } from './is-inside.js';
import { evenPieces } from './product.js';

/** A row of pixels along which taps meet the input. */
export interface PixelRow {
  readonly inWidth: number;
  readonly outWidth: number;
  readonly step: number;
  readonly taps: readonly number[];
}

/** Rows of pixels of which the next one starts where the last one ends, as one. */
export function asOneRow<R extends PixelRow & { readonly rows: number }>(shape: R): R {
  const { rows, inWidth, outWidth } = shape;
  return { ...shape, rows: 1, inWidth: rows * inWidth, outWidth: rows * outWidth };
}

/** Groups that follow each other, all with the same taps inside: how many, the pixels of each, and the first one's first. */
export interface PixelGroups {
  readonly count: number;
  readonly pixels: number;
  readonly at: number;
}

/** A row in groups of up to `most` pixels, as even as can be. */
export function pixelGroups(row: PixelRow, most: number): PixelGroups[] {
  let end = 0;
  const groups = evenPieces(row.outWidth, most).flatMap(({ count, size: pixels }) =>
    Array.from({ length: count }, () => {
      end += pixels;
      return { pixels, at: end - pixels };
    }),
  );
  const tapsInside = ({ pixels, at }: (typeof groups)[number]) =>
    Array.from({ length: pixels }, (_, p) => row.taps.map((tap) => isInside(row, at + p, tap)));
  return runsOf(groups, tapsInside).map(({ value, count }) => ({ ...value, count }));
}
