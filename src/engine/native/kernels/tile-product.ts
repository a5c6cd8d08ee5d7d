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
  const blocks = Math.ceil(m / edge);
  w.loop(Math.ceil(n / edge), () => {
    const some = (across: number) => {
      sumRows(w, shape, { a, b, c, bias, tiles, across, strides });
      a.advance(across * block);
      c.advance(across * edge * cRow);
    };
    w.loop(Math.floor(blocks / 2), () => some(2));
    if (blocks % 2 === 1) w.scope(() => some(1));
    a.advance(-blocks * block);
    c.advance(4 * edge - blocks * edge * cRow);
    b.advance(block);
    bias?.advance(4 * edge);
  });
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
  readonly across: number;
  readonly strides: Readonly<Record<'row' | 'c' | 'bias', Stride>>;
}

function sumRows(
  w: KernelWriter,
  { steps, cRow }: TileProduct,
  { a, b, c, bias, tiles, across, strides }: Rows,
): void {
  const sums = tiles.sums.slice(0, across);
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
