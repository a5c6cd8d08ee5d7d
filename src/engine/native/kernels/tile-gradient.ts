/**
 * The gradient of a convolution's weights in tiles of AMX: S[o][column] += Σ over pixels of dy[o] · x[column], where a column is 16 lanes of
 * channels that a tap meets. A product of tiles sums over 32 pixels.
 */
import { internalError } from '../../../core/errors.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type ShapedTile, type Stride, tileBytes, wholeTile } from '../tiles.js';
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

/** Columns that are summed at once: beside two blocks of outputs, and beside one. */
const most = { 2: 3, 1: 4 } as const;

/** Arguments: dy `[block][step][16 outputs][32 pixels]`, x in pairs `[…][step][16 pairs][16 lanes][2]`, S `[o][columns]` of floats. */
export function tileGradient(w: KernelWriter, shape: TileGradient): void {
  const { dy, x, s } = w.pointers('dy', 'x', 's');
  const { outputs, groups, sRow } = shape;
  const tiles = w.tiles(...Array.from({ length: 8 }, () => wholeTile));
  const strides = { row: w.stride(wholeTile.bytes), sums: w.stride(sRow) };
  const pairs = Math.floor(outputs.count / 2);
  const blocks = (count: 1 | 2) => {
    for (const columns of inPieces(shape.columns, most[count]))
      sumColumns(w, shape, { dy, x, s, tiles, ...strides }, count, columns);
    dy.advance(count * outputs.dy);
    s.advance(count * 16 * sRow);
  };
  w.loop(groups.count, () => {
    w.loop(pairs, () => blocks(2));
    if (outputs.count % 2 === 1) w.scope(() => blocks(1));
    dy.advance(-outputs.count * outputs.dy);
    s.advance(groups.s - outputs.count * 16 * sRow);
    x.advance(groups.x);
  });
}

interface Places {
  readonly dy: Cursor;
  readonly x: Cursor;
  readonly s: Cursor;
  readonly tiles: readonly ShapedTile[];
  /** Between the rows of operands, and of sums. */
  readonly row: Stride;
  readonly sums: Stride;
}

/** A tile of sums: of a block of outputs and a column. */
interface Cell {
  readonly sum: ShapedTile;
  /** Bytes of its operands from the cursors on. */
  readonly dy: number;
  readonly x: number;
  readonly place: ReturnType<Cursor['rows']>;
}

function sumColumns(
  w: KernelWriter,
  { steps, images, outputs, sRow, accumulates }: TileGradient,
  { dy, x, s, tiles, row, sums }: Places,
  blocks: number,
  columns: TileGradient['columns'],
): void {
  const free = [...tiles];
  const cells = Array.from({ length: blocks }, (_, block) => {
    // To and fro, so that the last operand of a block is the next one's first.
    const inOrder = block % 2 === 0 ? columns : columns.toReversed();
    return inOrder.map((column): Cell => {
      const sum = free.shift();
      if (sum === undefined) throw internalError('more sums than there are tiles');
      const place = s.rows(sums, block * 16 * sRow + column.s);
      return { sum, dy: block * outputs.dy, x: column.x, place };
    });
  }).flat();
  for (const { sum, place } of cells)
    if (accumulates) w.tileloadd(sum, place);
    else w.tilezero(sum);
  w.scope(() => {
    const [dyAt, xAt] = [dy.fork(), x.fork()];
    w.loop(images.count, () => {
      w.loop(steps, () => {
        const load = loader(w, free);
        for (const { sum, dy, x } of cells) {
          const left = load(`dy ${dy}`, dyAt.rows(row, dy));
          w.tdpbf16ps(sum, left, load(`x ${x}`, xAt.rows(row, x)));
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

/** Loads operands into the tiles that are free, the one that was used longest ago first, unless they are there. */
function loader(w: KernelWriter, free: readonly ShapedTile[]) {
  const used = free.map((tile) => ({ tile, what: '' }));
  return (what: string, from: ReturnType<Cursor['rows']>): ShapedTile => {
    const known = used.findIndex((one) => one.what === what);
    const [{ tile }] = used.splice(Math.max(0, known), 1) as [(typeof used)[number]];
    if (known < 0) w.tileloadd(tile, from);
    used.push({ tile, what });
    return tile;
  };
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
