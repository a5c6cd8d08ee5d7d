/**
 * y[m][n] = Σ over k of x[m][k] · w[n][k] (+ bias): both lie by k, so vectors run along it and every element of y is a sum of
 * products of vectors, whose lanes are added at the end. Four rows of x meet four rows of w in registers.
 */
import { only, type Vec } from '../asm/operands.js';
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

/** Rows and columns of y that are summed at once: together the lanes of a vector. */
const side = 4;

/** Arguments: x, w, y and, where there is one, the bias. */
export function dot(w: KernelWriter, shape: Dot): void {
  const { m, n, k, xRow, wRow, yRow, hasBias } = shape;
  const { x, weights, y, bias } = hasBias
    ? w.pointers('x', 'weights', 'y', 'bias')
    : { ...w.pointers('x', 'weights', 'y'), bias: undefined };
  w.mask(k % w.level.lanes || w.level.lanes);
  w.mask(n % side || side);
  const columns = (count: number) => {
    const rows = (height: number) => {
      tileOf(w, shape, { x, weights, y, bias }, height, count);
      x.advance(height * xRow);
      y.advance(height * yRow);
    };
    w.loop(Math.floor(m / side), () => rows(side));
    if (m % side > 0) w.scope(() => rows(m % side));
    x.advance(-m * xRow);
    y.advance(-m * yRow);
  };
  w.loop(Math.floor(n / side), () => {
    columns(side);
    weights.advance(side * wRow);
    y.advance(4 * side);
    bias?.advance(4 * side);
  });
  if (n % side > 0) columns(n % side);
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
  const sums = w.vectors(side * side);
  for (const sum of sums) w.zero(sum);
  const step = (xAt: Cursor, wAt: Cursor, count: number) =>
    w.scope(() => {
      const mask = w.mask(count);
      const load = (from: Cursor, row: number) => {
        const to = w.vector();
        w.vmovups(only(mask, to), from.at(row));
        return to;
      };
      const rows = Array.from({ length: width }, (_, j) => load(wAt, j * wRow));
      for (let i = 0; i < height; i++) {
        const a = load(xAt, i * xRow);
        rows.forEach((b, j) => {
          w.vfmadd231ps(sums[i * side + j] ?? a, a, b);
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
  const mask = w.mask(width === side ? lanes : width);
  if (bias !== undefined)
    w.scope(() => {
      const add = w.vector();
      w.vmovups(only(mask, { ...add, bits: 128 }), bias.at());
      w.vshuff32x4(add, add, add, 0);
      w.vaddps(total, total, add);
    });
  for (let i = 0; i < height; i++) w.vextractf32x4(only(mask, y.at(i * yRow)), total, i);
}

/** The sums of the lanes of 16 vectors, in the lanes of one; the vectors are lost. */
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
      w.vshuff32x4(spare, a, b, 0x88);
      w.vshuff32x4(b, a, b, 0xdd);
      w.vaddps(to, spare, b);
    });
  return left[0] ?? spare;
}
