/**
 * The one-dimensional transforms of Winograd's F(4, 3) (Lavin & Gray, 2015, https://arxiv.org/abs/1509.09308), a vector of
 * channels at a time. Each takes over the registers that it is given and returns those that hold its results.
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter, Tuple } from '../kernel-writer.js';

type Six = Readonly<Tuple<Vec, 6>>;
type Four = Readonly<Tuple<Vec, 4>>;
type Three = Readonly<Tuple<Vec, 3>>;

/** A pass with its constants in registers. */
export type Pass<From, To> = (x: From) => To;

/** Bᵀ d: windows of six pixels. */
export function inputPass(w: KernelWriter): Pass<Six, Six> {
  const three = w.filled(3);
  const four = w.filled(4);
  const [t, u, twice] = w.vectors(3);
  return ([d0, d1, d2, d3, d4, d5]) => {
    w.vsubps(t, d4, d2);
    w.vsubps(u, d3, d1);
    w.vsubps(d0, d0, d2);
    w.vsubps(d5, d5, d3);
    w.vfnmadd132ps(d2, t, three); // d4 − 4 d2
    w.vfnmadd132ps(d1, u, three); // d3 − 4 d1
    w.vfmadd132ps(d0, t, four); // 4 d0 − 5 d2 + d4
    w.vfnmadd231ps(d5, four, u); // 4 d1 − 5 d3 + d5
    w.vaddps(twice, u, u);
    w.vaddps(d3, d2, d1); // −4 d1 − 4 d2 + d3 + d4
    w.vsubps(d4, d2, d1); // 4 d1 − 4 d2 − d3 + d4
    w.vaddps(d1, t, twice); // −2 d1 − d2 + 2 d3 + d4
    w.vsubps(d2, t, twice); // 2 d1 − d2 − 2 d3 + d4
    return [d0, d3, d4, d1, d2, d5];
  };
}

/** Aᵀ m: four pixels. */
export function outputPass(w: KernelWriter): Pass<Six, Four> {
  const [two, four, eight] = [w.filled(2), w.filled(4), w.filled(8)];
  const [s, d, p] = w.vectors(3);
  return ([m0, m1, m2, m3, m4, m5]) => {
    w.vaddps(s, m1, m2);
    w.vsubps(d, m1, m2);
    w.vaddps(p, m3, m4);
    w.vsubps(m3, m3, m4);
    w.vaddps(m0, m0, s);
    w.vaddps(m5, m5, d);
    w.vaddps(m0, m0, p); // m0 + m1 + m2 + m3 + m4
    w.vfmadd231ps(d, two, m3); // m1 − m2 + 2 m3 − 2 m4
    w.vfmadd231ps(s, four, p); // m1 + m2 + 4 m3 + 4 m4
    w.vfmadd231ps(m5, eight, m3); // m1 − m2 + 8 m3 − 8 m4 + m5
    return [m0, d, s, m5];
  };
}

/** G g: kernels of three taps. */
export function weightPass(w: KernelWriter): Pass<Three, Six> {
  const [quarter, sixth, minusSixth] = [w.filled(1 / 4), w.filled(1 / 6), w.filled(-1 / 6)];
  const [twelfth, twentyFourth] = [w.filled(1 / 12), w.filled(1 / 24)];
  const [s, h, b, k, o1, o2, o3, o4] = w.vectors(8);
  return ([g0, g1, g2]) => {
    w.vaddps(s, g0, g2);
    w.vmulps(h, g1, sixth);
    w.vmulps(b, g0, twentyFourth);
    w.vmulps(k, g1, twelfth);
    w.vmulps(s, s, minusSixth);
    w.vfmadd231ps(b, g2, sixth);
    w.vmulps(g0, g0, quarter); // g0 / 4
    w.vsubps(o1, s, h); // −(g0 + g1 + g2) / 6
    w.vaddps(o2, s, h); // −(g0 − g1 + g2) / 6
    w.vaddps(o3, b, k); // g0 / 24 + g1 / 12 + g2 / 6
    w.vsubps(o4, b, k); // g0 / 24 − g1 / 12 + g2 / 6
    return [g0, o1, o2, o3, o4, g2];
  };
}

/** A dy: the gradient of four pixels. */
export function gradientPass(w: KernelWriter): Pass<Four, Six> {
  const four = w.filled(4);
  const [e, f, o1, o2, o3, o4] = w.vectors(6);
  return ([y0, y1, y2, y3]) => {
    w.vaddps(e, y0, y2);
    w.vaddps(f, y1, y3);
    w.vfmadd132ps(y2, y0, four); // y0 + 4 y2
    w.vfmadd231ps(y1, four, y3); // y1 + 4 y3
    w.vaddps(o1, e, f); // y0 + y1 + y2 + y3
    w.vsubps(o2, e, f); // y0 − y1 + y2 − y3
    w.vaddps(y1, y1, y1);
    w.vaddps(o3, y2, y1); // y0 + 2 y1 + 4 y2 + 8 y3
    w.vsubps(o4, y2, y1); // y0 − 2 y1 + 4 y2 − 8 y3
    return [y0, o1, o2, o3, o4, y3];
  };
}

/** Gᵀ m: the gradient of three taps. */
export function tapPass(w: KernelWriter): Pass<Six, Three> {
  const [quarter, sixth] = [w.filled(1 / 4), w.filled(1 / 6)];
  const [twelfth, twentyFourth] = [w.filled(1 / 12), w.filled(1 / 24)];
  const [s, d, p] = w.vectors(3);
  return ([m0, m1, m2, m3, m4, m5]) => {
    w.vaddps(s, m1, m2);
    w.vsubps(d, m2, m1);
    w.vaddps(p, m3, m4);
    w.vsubps(m3, m3, m4);
    w.vmulps(s, s, sixth);
    w.vmulps(d, d, sixth);
    w.vmulps(m0, m0, quarter);
    w.vsubps(m5, m5, s);
    w.vsubps(m0, m0, s);
    w.vfmadd231ps(d, twelfth, m3); // (m2 − m1) / 6 + (m3 − m4) / 12
    w.vfmadd231ps(m5, sixth, p); // m5 − (m1 + m2) / 6 + (m3 + m4) / 6
    w.vfmadd231ps(m0, twentyFourth, p); // m0 / 4 − (m1 + m2) / 6 + (m3 + m4) / 24
    return [m0, d, m5];
  };
}

/** How a two-dimensional transform reads and writes. */
export interface TwoPasses<From extends readonly Vec[], To extends readonly Vec[]> {
  readonly pass: Pass<From, To>;
  /** What the pass takes. */
  readonly registers: From;
  /** Room for the results of the first pass, {@link passBytes}. */
  readonly temp: Cursor;
  /** Reads row i of column j of the window, or makes it zero. */
  readonly load: (to: Vec, i: number, j: number) => void;
  /** Whether the window's column is not all zeros. @default true */
  readonly hasColumn?: (j: number) => boolean;
  /** Results of the first pass that are wanted. @default all */
  readonly rows?: number;
  readonly store: (from: Vec, i: number, j: number) => void;
}

/** The most that a transform needs of `temp`: six columns of six. */
export const passBytes = 36 * 64;

/** Transforms the columns of a window, then the rows of that. */
export function twoPasses<From extends readonly Vec[], To extends readonly Vec[]>(
  w: KernelWriter,
  { pass, registers, temp, load, hasColumn = () => true, rows, store }: TwoPasses<From, To>,
): void {
  const size = registers.length;
  const vectorBytes = 4 * w.level.lanes;
  const place = (i: number, j: number) => temp.at((i * size + j) * vectorBytes);
  let results = 0;
  for (let j = 0; j < size; j++) {
    if (!hasColumn(j)) continue;
    registers.forEach((to, i) => {
      load(to, i, j);
    });
    const made = pass(registers).slice(0, rows);
    made.forEach((from, i) => {
      w.vmovups(place(i, j), from);
    });
    results = made.length;
  }
  for (let i = 0; i < results; i++) {
    registers.forEach((to, j) => {
      if (hasColumn(j)) w.vmovups(to, place(i, j));
      else w.zero(to);
    });
    pass(registers).forEach((from, j) => {
      store(from, i, j);
    });
  }
}
