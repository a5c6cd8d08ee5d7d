/**
 * y[m][n] = Σ over k of x[m][k] · w[n][k] (+ bias): both lie by k, so vectors run along it and every element of y is a sum of
 * products of vectors, whose lanes are added at the end. Some rows of x meet four rows of w in registers.
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';

export interface Dot {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Bytes between rows. */
  readonly xRow: number;
  readonly wRow: number;
  readonly yRow: number;
  readonly hasBias: boolean;
}

/** Columns of y that are summed at once; with the rows they are the lanes of a vector. */
const across = 4;

/** Arguments: x, w, y and, where there is one, the bias. */
export function dot(w: KernelWriter, shape: Dot): void {
  const { m, n, k, xRow, wRow, yRow, hasBias } = shape;
  const { x, weights, y, bias } = hasBias
    ? w.pointers('x', 'weights', 'y', 'bias')
    : { ...w.pointers('x', 'weights', 'y'), bias: undefined };
  const { lanes } = w.level;
  const down = lanes / across;
  w.part(k % lanes || lanes);
  w.part(n % across || across);
  const columns = (count: number) => {
    const rows = (height: number) => {
      tileOf(w, shape, { x, weights, y, bias }, height, count);
      x.advance(height * xRow);
      y.advance(height * yRow);
    };
    w.loop(Math.floor(m / down), () => rows(down));
    if (m % down > 0) w.scope(() => rows(m % down));
    x.advance(-m * xRow);
    y.advance(-m * yRow);
  };
  w.loop(Math.floor(n / across), () => {
    columns(across);
    weights.advance(across * wRow);
    y.advance(4 * across);
    bias?.advance(4 * across);
  });
  if (n % across > 0) columns(n % across);
}

interface Operands {
  readonly x: Cursor;
  readonly weights: Cursor;
  readonly y: Cursor;
  readonly bias: Cursor | undefined;
}

function tileOf(
  w: KernelWriter,
  { k, xRow, wRow, yRow }: Dot,
  { x, weights, y, bias }: Operands,
  height: number,
  width: number,
): void {
  const { lanes } = w.level;
  const sums = w.vectors(lanes);
  for (const sum of sums) w.zero(sum);
  const step = (xAt: Cursor, wAt: Cursor, count: number) =>
    w.scope(() => {
      const part = w.part(count);
      const load = (from: Cursor, row: number) => {
        const to = w.vector();
        w.load(to, from.at(row), part);
        return to;
      };
      const rows = Array.from({ length: width }, (_, j) => load(wAt, j * wRow));
      for (let i = 0; i < height; i++) {
        const a = load(xAt, i * xRow);
        rows.forEach((b, j) => {
          w.vfmadd231ps(sums[i * across + j] ?? a, a, b);
        });
      }
    });
  w.scope(() => {
    const xAt = x.fork();
    const wAt = weights.fork();
    w.loop(Math.floor(k / lanes), () => {
      step(xAt, wAt, lanes);
      xAt.advance(4 * lanes);
      wAt.advance(4 * lanes);
    });
    if (k % lanes > 0) step(xAt, wAt, k % lanes);
  });

  const total = addLanes(w, sums);
  const part = width === across ? undefined : w.part(width);
  if (bias !== undefined)
    w.scope(() => {
      const add = w.vector();
      w.load({ ...add, bits: 128 }, bias.at(), part);
      if (lanes === 16) w.vshuff32x4(add, add, add, 0);
      else w.vperm2f128(add, add, add, 0);
      w.vaddps(total, total, add);
    });
  const quarter = w.vector();
  for (let i = 0; i < height; i++) {
    const row = { ...quarter, bits: 128 } as const;
    if (lanes === 16) w.vextractf32x4(row, total, i);
    else w.vextractf128(row, total, i);
    w.store(y.at(i * yRow), row, part);
  }
}

/** The sums of the lanes of as many vectors, in the lanes of one; the vectors are lost. */
function addLanes(w: KernelWriter, vectors: readonly Vec[]): Vec {
  const spare = w.vector();
  const halve = (list: readonly Vec[], add: (to: Vec, a: Vec, b: Vec) => void): Vec[] =>
    list.flatMap((a, i) => {
      const b = list[i + 1];
      if (i % 2 === 1 || b === undefined) return [];
      add(a, a, b);
      return [a];
    });
  let left = halve(vectors, (to, a, b) => {
    w.vunpcklps(spare, a, b);
    w.vunpckhps(b, a, b);
    w.vaddps(to, spare, b);
  });
  left = halve(left, (to, a, b) => {
    w.vunpcklpd(spare, a, b);
    w.vunpckhpd(b, a, b);
    w.vaddps(to, spare, b);
  });
  while (left.length > 1)
    left = halve(left, (to, a, b) => {
      if (w.level.lanes === 16) {
        w.vshuff32x4(spare, a, b, 0x88);
        w.vshuff32x4(b, a, b, 0xdd);
      } else {
        w.vperm2f128(spare, a, b, 0x20);
        w.vperm2f128(b, a, b, 0x31);
      }
      w.vaddps(to, spare, b);
    });
  return left[0] ?? spare;
}
