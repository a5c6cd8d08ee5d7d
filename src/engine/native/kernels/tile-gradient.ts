/**
 * The gradient of a convolution's weights in tiles of AMX: S[o][column] += Σ over pixels of dy[o] · x[column], where a column is 16 lanes of
 * channels that a tap meets. A product of tiles sums over 32 pixels. Few columns are summed at once: see `tile-conv.ts` on kernels of many tiles.
 */
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type ShapedTile, type Stride, tileAt, tileBytes, wholeTile } from '../tiles.js';
import { evenPieces } from './product.js';

export interface TileGradient {
  /** Products that follow each other, in both operands a tile further on. */
  readonly steps: number;
  /** Images that are summed over, and bytes between them. */
  readonly images: { readonly count: number; readonly dy: number; readonly x: number };
  /** Blocks of 16 outputs, and bytes between them in dy; in S they follow each other. */
  readonly outputs: { readonly count: number; readonly dy: number };
  /** Groups of columns, and bytes between them. */
  readonly groups: { readonly count: number; readonly x: number; readonly s: number };
  /** Of a group: where its pairs and its sums start. */
  readonly columns: readonly { readonly x: number; readonly s: number }[];
  /** Bytes between outputs in S. */
  readonly sRow: number;
  /** Whether S is added to. */
  readonly accumulates: boolean;
}

/** Columns that are summed at once. */
const most = 3;

/** Arguments: dy `[block][step][16 outputs][32 pixels]`, x in pairs `[…][step][16 pairs][16 lanes][2]`, S `[o][columns]` of floats. */
export function tileGradient(w: KernelWriter, shape: TileGradient): void {
  const { dy, x, s } = w.pointers('dy', 'x', 's');
  const { outputs, groups, sRow } = shape;
  const [first, second, third, left, right] = w.tiles(
    ...([wholeTile, wholeTile, wholeTile, wholeTile, wholeTile] as const),
  );
  const tiles = { sums: [first, second, third], left, right };
  const strides = { row: w.stride(wholeTile.bytes), sums: w.stride(sRow) };
  w.loop(groups.count, () => {
    w.loop(outputs.count, () => {
      for (const columns of inPieces(shape.columns, most))
        sumColumns(w, shape, { dy, x, s, tiles, ...strides }, columns);
      dy.advance(outputs.dy);
      s.advance(16 * sRow);
    });
    dy.advance(-outputs.count * outputs.dy);
    s.advance(groups.s - outputs.count * 16 * sRow);
    x.advance(groups.x);
  });
}

interface Places {
  readonly dy: Cursor;
  readonly x: Cursor;
  readonly s: Cursor;
  readonly tiles: {
    readonly sums: readonly ShapedTile[];
    readonly left: ShapedTile;
    readonly right: ShapedTile;
  };
  /** Between the rows of operands, and of sums. */
  readonly row: Stride;
  readonly sums: Stride;
}

function sumColumns(
  w: KernelWriter,
  { steps, images, accumulates }: TileGradient,
  { dy, x, s, tiles, row, sums }: Places,
  columns: TileGradient['columns'],
): void {
  const { left, right } = tiles;
  const cells = columns.map((column, i) => ({
    ...{ sum: tileAt(tiles.sums, i), x: column.x, place: s.rows(sums, column.s) },
  }));
  for (const { sum, place } of cells)
    if (accumulates) w.tileloadd(sum, place);
    else w.tilezero(sum);
  w.scope(() => {
    const [dyAt, xAt] = [dy.fork(), x.fork()];
    w.loop(images.count, () => {
      w.loop(steps, () => {
        w.tileloadd(left, dyAt.rows(row));
        for (const { sum, x } of cells) {
          w.tileloadd(right, xAt.rows(row, x));
          w.tdpbf16ps(sum, left, right);
        }
        dyAt.advance(tileBytes);
        xAt.advance(tileBytes);
      });
      dyAt.advance(images.dy - steps * tileBytes);
      xAt.advance(images.x - steps * tileBytes);
    });
  });
  for (const { sum, place } of cells) w.tilestored(place, sum);
}

/** Pieces of at most `longest`, as even as can be. */
function inPieces<T>(list: readonly T[], longest: number): T[][] {
  let at = 0;
  return evenPieces(list.length, longest).flatMap(({ count, size }) =>
    Array.from({ length: count }, () => {
      at += size;
      return list.slice(at - size, at);
    }),
  );
}
