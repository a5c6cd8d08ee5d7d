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
  const [s0, s1, s2, s3, a0, a1, b0, b1] = w.tiles(
    ...([ofSums, ofSums, ofSums, ofSums, ofA, ofA, ofB, ofB] as const),
  );
  const sums = [s0, s1, s2, s3];
  const strides = { row: w.stride(rowBytes), c: w.stride(cRow), bias: w.stride(0) };
  const block = steps * tileBytes;
  const inRows = (acrossN: number) => {
    const some = (acrossM: number) => {
      const grid = { rows: [a0, a1].slice(0, acrossM), columns: [b0, b1].slice(0, acrossN) };
      sumGrid(w, shape, { a, b, c, bias, grid, sums, strides });
      a.advance(acrossM * block);
      c.advance(acrossM * edge * cRow);
    };
    inPairs(w, Math.ceil(m / edge), some);
    a.advance(-Math.ceil(m / edge) * block);
    c.advance(4 * acrossN * edge - Math.ceil(m / edge) * edge * cRow);
    b.advance(acrossN * block);
    bias?.advance(4 * acrossN * edge);
  };
  inPairs(w, Math.ceil(n / edge), inRows);
}

/** Two at a time, and the last one alone where it is left. */
function inPairs(w: KernelWriter, count: number, body: (some: number) => void): void {
  w.loop(Math.floor(count / 2), () => body(2));
  if (count % 2 === 1) w.scope(() => body(1));
}

interface Grid {
  readonly a: Cursor;
  readonly b: Cursor;
  readonly c: Cursor;
  readonly bias: Cursor | undefined;
  /** The tiles of operands, by blocks of rows and columns. */
  readonly grid: { readonly rows: readonly ShapedTile[]; readonly columns: readonly ShapedTile[] };
  readonly sums: readonly ShapedTile[];
  readonly strides: Readonly<Record<'row' | 'c' | 'bias', Stride>>;
}

function sumGrid(
  w: KernelWriter,
  { steps, cRow }: TileProduct,
  { a, b, c, bias, grid, sums, strides }: Grid,
): void {
  const cells = grid.rows.flatMap((left, i) =>
    grid.columns.map((right, j) => ({ left, right, i, j })),
  );
  const eachSum = (body: (sum: ShapedTile, cell: (typeof cells)[number]) => void) => {
    for (const [at, cell] of cells.entries()) {
      const sum = sums[at];
      if (sum !== undefined) body(sum, cell);
    }
  };
  eachSum((sum, { j }) => {
    if (bias === undefined) w.tilezero(sum);
    else w.tileloadd(sum, bias.rows(strides.bias, 4 * edge * j));
  });
  w.scope(() => {
    const [aAt, bAt] = [a.fork(), b.fork()];
    w.loop(steps, () => {
      for (const [j, right] of grid.columns.entries())
        w.tileloadd(right, bAt.rows(strides.row, j * steps * tileBytes));
      eachSum((sum, { left, right, i, j }) => {
        if (j === 0) w.tileloadd(left, aAt.rows(strides.row, i * steps * tileBytes));
        w.tdpbf16ps(sum, left, right);
      });
      aAt.advance(tileBytes);
      bAt.advance(tileBytes);
    });
  });
  eachSum((sum, { i, j }) => w.tilestored(c.rows(strides.c, i * edge * cRow + 4 * edge * j), sum));
}
