/** C[m][n] = A[m][k] · B[k][n] (+ bias) in tiles of AMX, of operands that `pack-tiles.ts` has made. */
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type ShapedTile, type Stride, tileBytes, wholeTile } from '../tiles.js';

export interface TileProduct {
  readonly steps: number;
  /** Rows and columns of all blocks: the last ones may be part empty, then there is one block of them alone. */
  readonly m: number;
  readonly n: number;
  /** Bytes between rows of C. */
  readonly cRow: number;
  readonly hasBias: boolean;
}

const { rows: edge, bytes: rowBytes } = wholeTile;

/** Arguments: A's blocks, B's, C and, where it has one, the bias. */
export function tileProduct(w: KernelWriter, shape: TileProduct): void {
  const { a, b, c, bias } = shape.hasBias
    ? w.pointers('a', 'b', 'c', 'bias')
    : { ...w.pointers('a', 'b', 'c'), bias: undefined };
  const { steps, m, n, cRow } = shape;
  const [rows, columns] = [Math.min(m, edge), Math.min(n, edge)];
  const ofSums = { rows, bytes: 4 * columns };
  const ofA = { rows, bytes: rowBytes };
  const ofB = { rows: edge, bytes: 4 * columns };
  // As few as can be, as in `tile-conv.ts`: two sums, whose rows are loaded into the same register.
  const [first, second, left, right] = w.tiles(ofSums, ofSums, ofA, ofB);
  const tiles = { sums: [first, second], left, right };
  const strides = { row: w.stride(rowBytes), c: w.stride(cRow), bias: w.stride(0) };
  const block = steps * tileBytes;
  const [down, across] = [Math.ceil(m / edge), Math.ceil(n / edge)];
  // Along the rows of C, whose lines then follow each other in memory.
  const some = (count: number) => {
    w.loop(across, () => {
      sumRows(w, shape, { a, b, c, bias, tiles, count, strides });
      b.advance(block);
      c.advance(4 * edge);
      bias?.advance(4 * edge);
    });
    b.advance(-across * block);
    c.advance(count * edge * cRow - 4 * edge * across);
    bias?.advance(-4 * edge * across);
    a.advance(count * block);
  };
  w.loop(Math.floor(down / 2), () => some(2));
  if (down % 2 === 1) w.scope(() => some(1));
}

interface Rows {
  readonly a: Cursor;
  readonly b: Cursor;
  readonly c: Cursor;
  readonly bias: Cursor | undefined;
  readonly tiles: {
    readonly sums: readonly ShapedTile[];
    readonly left: ShapedTile;
    readonly right: ShapedTile;
  };
  /** Blocks of rows. */
  readonly count: number;
  readonly strides: Readonly<Record<'row' | 'c' | 'bias', Stride>>;
}

function sumRows(
  w: KernelWriter,
  { steps, cRow }: TileProduct,
  { a, b, c, bias, tiles, count, strides }: Rows,
): void {
  const sums = tiles.sums.slice(0, count);
  for (const sum of sums)
    if (bias === undefined) w.tilezero(sum);
    else w.tileloadd(sum, bias.rows(strides.bias));
  w.scope(() => {
    const [aAt, bAt] = [a.fork(), b.fork()];
    w.loop(steps, () => {
      w.tileloadd(tiles.right, bAt.rows(strides.row));
      for (const [i, sum] of sums.entries()) {
        w.tileloadd(tiles.left, aAt.rows(strides.row, i * steps * tileBytes));
        w.tdpbf16ps(sum, tiles.left, tiles.right);
      }
      aAt.advance(tileBytes);
      bAt.advance(tileBytes);
    });
  });
  for (const [i, sum] of sums.entries()) w.tilestored(c.rows(strides.c, i * edge * cRow), sum);
}
