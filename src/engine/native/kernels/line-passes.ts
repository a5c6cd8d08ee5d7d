/**
 * Winograd's minimal filtering along a line (Lavin & Gray, 2015, https://arxiv.org/abs/1509.09308): m outputs of r taps from
 * the eight points 0, ±1, ±2, ±½ and ∞, m + r = 9. A vector of channels at a time; each pass changes what it is given.
 *
 *   input      v = Bᵀ d    eight pixels
 *   weights    u = G g     r taps: their polynomial at the points, times a factor
 *   output     y = Aᵀ m    m pixels
 *   gradient   A dy        and Gᵀ s: the transposes of the two above
 */
import type { Vec } from '../asm/operands.js';
import type { KernelWriter, Tuple } from '../kernel-writer.js';

export const points = 8;

type Eight = Readonly<Tuple<Vec, 8>>;

/** Takes a result of a pass; the register is used again. */
export type Put = (from: Vec, position: number) => void;

/** The factors of G at ±1, ±2 and ±½. */
const factors = [-2 / 9, 1 / 90, 32 / 45] as const;

/** A register with a constant in all lanes: its own, or where there are few registers one that the next call fills anew. */
function constants(w: KernelWriter, ...values: readonly number[]): (value: number) => Vec {
  if (w.level.registers === 32) {
    const filled = new Map(values.map((value) => [value, w.filled(value)]));
    const [first = w.filled(0)] = filled.values();
    return (value) => filled.get(value) ?? first;
  }
  const one = w.vector();
  return (value) => {
    w.fill(one, value);
    return one;
  };
}

/** Puts a + b and a − b. */
function putPair(w: KernelWriter, put: Put, at: number, [a, b, t]: readonly [Vec, Vec, Vec]): void {
  w.vaddps(t, a, b);
  put(t, at);
  w.vsubps(t, a, b);
  put(t, at + 1);
}

/** Bᵀ d. */
export function lineInputPass(w: KernelWriter): (d: Eight, put: Put) => void {
  const of = constants(w, 5.25, 4.25, 0.25, 1.25, 0.5, 2.5, 2, 4, 5);
  const [e, o, t] = w.vectors(3);
  return ([d0, d1, d2, d3, d4, d5, d6, d7], put) => {
    w.vsubps(t, d4, d2);
    w.vfmadd132ps(t, d0, of(5.25));
    w.vsubps(t, t, d6);
    put(t, 0); // d0 + 5.25 (d4 − d2) − d6
    w.vsubps(t, d3, d5);
    w.vfmadd132ps(t, d7, of(5.25));
    w.vsubps(t, t, d1);
    put(t, 7); // d7 + 5.25 (d3 − d5) − d1
    w.vaddps(e, d2, d6);
    w.vfnmadd231ps(e, d4, of(4.25));
    w.vaddps(o, d1, d5);
    w.vfnmadd231ps(o, d3, of(4.25));
    putPair(w, put, 1, [e, o, t]); // d2 − 4.25 d4 + d6 ± (d1 − 4.25 d3 + d5)
    w.vmulps(e, d2, of(0.25));
    w.vaddps(e, e, d6);
    w.vfnmadd231ps(e, d4, of(1.25));
    w.vmulps(o, d1, of(0.5));
    w.vfnmadd231ps(o, d3, of(2.5));
    w.vfmadd231ps(o, d5, of(2));
    putPair(w, put, 3, [e, o, t]); // d2 / 4 − 1.25 d4 + d6 ± (d1 / 2 − 2.5 d3 + 2 d5)
    w.vmulps(e, d2, of(4));
    w.vaddps(e, e, d6);
    w.vfnmadd231ps(e, d4, of(5));
    w.vmulps(o, d5, of(0.5));
    w.vfnmadd231ps(o, d3, of(2.5));
    w.vfmadd231ps(o, d1, of(2));
    putPair(w, put, 5, [e, o, t]); // 4 d2 − 5 d4 + d6 ± (2 d1 − 2.5 d3 + d5 / 2)
  };
}

/** A dy of four or five pixels, or G g of as many taps. */
export function lineSpreadPass(
  w: KernelWriter,
  { scaled }: { readonly scaled: boolean },
): (d: readonly Vec[], put: Put) => void {
  const of = constants(w, 4, 16, 2, 8, 0.25, 0.0625, 0.5, 0.125, ...(scaled ? factors : []));
  const [e, o, t] = w.vectors(3);
  return ([d0 = e, d1 = e, d2 = e, d3 = e, d4], put) => {
    const pair = (at: number, factor: number) => {
      if (scaled) {
        w.vmulps(e, e, of(factor));
        w.vmulps(o, o, of(factor));
      }
      putPair(w, put, at, [e, o, t]);
    };
    w.vaddps(e, d0, d2);
    if (d4 !== undefined) w.vaddps(e, e, d4);
    w.vaddps(o, d1, d3);
    pair(1, factors[0]); // at ±1
    w.vmulps(e, d2, of(4));
    if (d4 !== undefined) w.vfmadd231ps(e, d4, of(16));
    w.vaddps(e, e, d0);
    w.vmulps(o, d1, of(2));
    w.vfmadd231ps(o, d3, of(8));
    pair(3, factors[1]); // at ±2
    w.vmulps(e, d2, of(0.25));
    if (d4 !== undefined) w.vfmadd231ps(e, d4, of(0.0625));
    w.vaddps(e, e, d0);
    w.vmulps(o, d1, of(0.5));
    w.vfmadd231ps(o, d3, of(0.125));
    pair(5, factors[2]); // at ±½
    put(d0, 0);
    put(d4 ?? d3, 7);
  };
}

/** Aᵀ m: `count` pixels, four or five, or Gᵀ s: as many taps. */
export function lineGatherPass(
  w: KernelWriter,
  { count, scaled }: { readonly count: number; readonly scaled: boolean },
): (m: Eight, put: Put) => void {
  const of = constants(w, 2, 0.5, 4, 0.25, 8, 0.125, 16, 0.0625, ...(scaled ? factors : []));
  const t = w.vector();
  return ([m0, m1, m2, m3, m4, m5, m6, m7], put) => {
    const pairs = [
      [m1, m2],
      [m3, m4],
      [m5, m6],
    ] as const;
    pairs.forEach(([a, b], i) => {
      w.vsubps(t, a, b);
      w.vaddps(a, a, b);
      const factor = factors[i];
      if (scaled && factor !== undefined) {
        w.vmulps(a, a, of(factor));
        w.vmulps(b, t, of(factor));
      } else w.vmovups(b, t);
    });
    w.vaddps(m0, m0, m1);
    w.vaddps(t, m3, m5);
    w.vaddps(t, t, m0);
    put(t, 0);
    const sum = (start: Vec, a: Vec, b: Vec, factor: number) => {
      w.vmulps(t, a, of(factor));
      w.vfmadd231ps(t, b, of(1 / factor));
      w.vaddps(t, t, start);
    };
    sum(m2, m4, m6, 2);
    put(t, 1);
    sum(m1, m3, m5, 4);
    put(t, 2);
    sum(m2, m4, m6, 8);
    if (count === 4) w.vaddps(t, t, m7);
    put(t, 3);
    if (count === 4) return;
    sum(m1, m3, m5, 16);
    w.vaddps(t, t, m7);
    put(t, 4);
  };
}
