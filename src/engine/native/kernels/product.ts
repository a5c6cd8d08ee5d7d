/**
 * C[m][n] = A[m][k] · B[k][n] (+ C, + bias): a tile of C, some rows × some vectors of columns, stays in registers while k
 * runs; one float of A meets all the tile's vectors of B.
 */
import { each, type Mem, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter, Part } from '../kernel-writer.js';
import type { VectorLevel } from '../vector-levels.js';

/** Rows and vectors of columns of C that registers hold. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

export interface Product {
  readonly m: number;
  /** In floats; the last vector may be part empty. */
  readonly n: number;
  readonly k: number;
  /** Whether A and B hold pairs of bfloat16, which k counts. @default floats */
  readonly pairs?: boolean;
  /** Bytes between rows of A, and between its steps of k. */
  readonly aRow: number;
  readonly aStep: number;
  /** Bytes between steps of k in B, and between panels of a tile's columns. */
  readonly bStep: number;
  readonly bPanel: number;
  readonly cRow: number;
  readonly tile: Tile;
  /** How many products there are, and the bytes from one to the next. @default one */
  readonly batch?: {
    readonly count: number;
    readonly a: number;
    readonly b: number;
    readonly c: number;
  };
  /** Whether C is added to. @default false */
  readonly accumulates?: boolean;
  /** Whether there is an argument with a float for each column. @default false */
  readonly hasBias?: boolean;
}

/** Arguments: A, B, C and, where it has one, the bias. */
export function product(w: KernelWriter, shape: Product): void {
  const { m, n, tile, bPanel, aRow, cRow, batch, hasBias } = shape;
  const { lanes } = w.level;
  const { a, b, c, bias } = hasBias
    ? w.pointers('a', 'b', 'c', 'bias')
    : { ...w.pointers('a', 'b', 'c'), bias: undefined };
  const panelFloats = tile.vectors * lanes;
  const whole = Math.floor(n / panelFloats);
  const rest = n - whole * panelFloats;
  w.part(rest % lanes || lanes);

  // Panels that lie side by side: the next one is fetched while this one is used, some lines in each round.
  const isPacked = shape.bStep === tile.vectors * 4 * lanes;
  const fetches = isPacked ? Math.ceil((unroll * tile.vectors) / Math.ceil(m / tile.rows)) : 0;
  const panel = (columns: number) => {
    const aRows = a.fork();
    const cRows = c.fork();
    const next = fetches > 0 ? b.fork(bPanel) : undefined;
    for (const { count, size } of evenPieces(m, tile.rows))
      w.loop(count, () => {
        tileOfRows(w, shape, { a: aRows, b, c: cRows, bias, next, fetches }, size, columns);
        aRows.advance(size * aRow);
        cRows.advance(size * cRow);
      });
  };
  w.loop(batch?.count ?? 1, () => {
    w.loop(whole, () => {
      panel(panelFloats);
      b.advance(bPanel);
      c.advance(4 * panelFloats);
      bias?.advance(4 * panelFloats);
    });
    if (rest > 0) w.scope(() => panel(rest));
    a.advance(batch?.a ?? 0);
    b.advance((batch?.b ?? 0) - whole * bPanel);
    c.advance((batch?.c ?? 0) - whole * 4 * panelFloats);
  });
}

interface Operands {
  readonly a: Cursor;
  readonly b: Cursor;
  readonly c: Cursor;
  readonly bias: Cursor | undefined;
  /** What to fetch ahead, and how many lines of it in a round. */
  readonly next: Cursor | undefined;
  readonly fetches: number;
}

/** `unroll` steps of k are written out. */
const unroll = 4;

function tileOfRows(
  w: KernelWriter,
  { k, pairs = false, aRow, aStep, bStep, cRow, accumulates = false }: Product,
  { a, b, c, bias, next, fetches }: Operands,
  rows: number,
  columns: number,
): void {
  const { lanes } = w.level;
  const bytes = 4 * lanes;
  const vectors = Math.ceil(columns / lanes);
  const partOf = (v: number) => w.part(Math.min(lanes, columns - v * lanes));
  const sums = Array.from({ length: rows }, () => w.vectors(vectors));
  for (const sum of sums.flat()) w.zero(sum);

  const step = (aAt: Cursor, bAt: Cursor, s: number) =>
    w.scope(() => {
      const bs = Array.from({ length: vectors }, (_, v) => {
        const to = w.vector();
        w.load(to, bAt.at(s * bStep + v * bytes), partOf(v));
        return to;
      });
      const x = vectors > 1 || lanes < 16 ? w.vector() : undefined;
      sums.forEach((row, i) => {
        const from = aAt.at(i * aRow + s * aStep);
        if (x !== undefined) w.vbroadcastss(x, from);
        row.forEach((sum, v) => {
          const [row, column] = [bs[v] ?? sum, x ?? each(from)];
          if (pairs) w.vdpbf16ps(sum, row, column);
          else w.vfmadd231ps(sum, row, column);
        });
      });
    });
  w.scope(() => {
    const aAt = a.fork();
    const bAt = b.fork();
    w.loop(Math.floor(k / unroll), () => {
      for (let s = 0; s < unroll; s++) {
        step(aAt, bAt, s);
      }
      for (let line = 0; line < fetches; line++) next?.fetch(line * bytes);
      next?.advance(fetches * bytes);
      aAt.advance(unroll * aStep);
      bAt.advance(unroll * bStep);
    });
    for (let s = 0; s < k % unroll; s++) step(aAt, bAt, s);
  });

  // What was there is added last: sums of about one size, so less rounding.
  sums.forEach((row, i) => {
    row.forEach((sum: Vec, v) => {
      const to = c.at(i * cRow + v * bytes);
      if (bias !== undefined) addFrom(w, sum, bias.at(v * bytes), partOf(v));
      if (accumulates) addFrom(w, sum, to, partOf(v));
      w.store(to, sum, partOf(v));
    });
  });
}

/** sum += what is in memory. */
function addFrom(w: KernelWriter, sum: Vec, at: Mem, part: Part | undefined): void {
  if (part === undefined) w.vaddps(sum, sum, at);
  else
    w.scope(() => {
      const value = w.vector();
      w.load(value, at, part);
      w.vaddps(sum, sum, value);
    });
}

/** Equal pieces of at most `largest`, as runs of one size. */
export function evenPieces(
  count: number,
  largest: number,
): { readonly count: number; readonly size: number }[] {
  const pieces = Math.ceil(count / largest);
  const low = Math.floor(count / pieces);
  const longer = count - low * pieces;
  return [
    { count: longer, size: low + 1 },
    { count: pieces - longer, size: low },
  ].filter((run) => run.count > 0);
}

/** The tile for so many floats of columns: the widest, for each of its vectors of B serves all its rows. */
export function tileFor(columns: number, { lanes, registers }: VectorLevel): Tile {
  const needed = Math.ceil(columns / lanes);
  const widest = registers === 32 ? 4 : 2;
  // Fewer vectors where they leave the last panel less empty.
  const fitting = [4, 3, 2, 1].filter((v) => v <= Math.min(widest, needed));
  const vectors = fitting.find((v) => needed % v === 0) ?? 1;
  const best = needed > widest && vectors < 3 ? widest : vectors;
  return { vectors: best, rows: rowsFor(best, lanes, registers) };
}

/** Rows that registers hold beside the vectors of a step and the float that meets them, and a mask. */
function rowsFor(vectors: number, lanes: number, registers: number): number {
  const beside = vectors + (vectors > 1 || lanes < 16 ? 1 : 0);
  return Math.floor((registers - beside) / vectors);
}
