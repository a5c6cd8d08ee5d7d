/**
 * The one-dimensional transforms of Winograd's F(4, 3) (Lavin & Gray, 2015, https://arxiv.org/abs/1509.09308), a vector of
 * channels at a time. Each takes over the registers that it is given and returns those that hold its results.
 *
 * Polynomials are met at 0, ±a, ±b and ∞. With 5/8 and 3/2 rounding is less than half of that with the usual 1 and 2 (Barabasz
 * et al., 2020, https://arxiv.org/abs/1803.10986, search for such points), and their powers are exact.
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter, Tuple } from '../kernel-writer.js';

type Six = Readonly<Tuple<Vec, 6>>;
type Four = Readonly<Tuple<Vec, 4>>;
type Three = Readonly<Tuple<Vec, 3>>;

/** A pass with its constants in registers. */
export type Pass<From, To> = (x: From) => To;

const a = 5 / 8;
const b = 3 / 2;

/** The powers of a point that polynomials of four terms take. */
const powers = (w: KernelWriter, p: number): readonly [Vec, Vec, Vec] => [
  w.filled(p),
  w.filled(p ** 2),
  w.filled(p ** 3),
];

/** Bᵀ d: windows of six pixels. */
export function inputPass(w: KernelWriter): Pass<Six, Six> {
  const [a1, a2, b1, b2] = [w.filled(a), w.filled(a ** 2), w.filled(b), w.filled(b ** 2)];
  const [even, odd] = w.vectors(2);
  return ([d0, d1, d2, d3, d4, d5]) => {
    w.vmovups(even, d4);
    w.vmovups(odd, d3);
    w.vfnmadd231ps(even, b2, d2); // d4 − b² d2
    w.vfnmadd231ps(odd, b2, d1); // d3 − b² d1
    w.vfnmadd132ps(d0, d2, b2);
    w.vfnmadd132ps(d0, even, a2); // d4 − b² d2 − a² (d2 − b² d0)
    w.vfnmadd231ps(d5, b2, d3);
    w.vfnmadd231ps(d5, a2, odd); // d5 − b² d3 − a² (d3 − b² d1)
    w.vfnmadd132ps(d2, d4, a2); // d4 − a² d2
    w.vfnmadd132ps(d1, d3, a2); // d3 − a² d1
    w.vmulps(odd, odd, a1);
    w.vmulps(d1, d1, b1);
    w.vaddps(d3, even, odd);
    w.vsubps(d4, even, odd);
    w.vaddps(even, d2, d1);
    w.vsubps(d2, d2, d1);
    return [d0, d3, d4, even, d2, d5];
  };
}

/** Aᵀ m: four pixels. */
export function outputPass(w: KernelWriter): Pass<Six, Four> {
  const [[a1, a2, a3], [b1, b2, b3]] = [powers(w, a), powers(w, b)];
  const s = w.vector();
  return ([m0, m1, m2, m3, m4, m5]) => {
    w.vaddps(s, m1, m2);
    w.vsubps(m1, m1, m2);
    w.vaddps(m2, m3, m4);
    w.vsubps(m3, m3, m4);
    w.vaddps(m0, m0, s);
    w.vfmadd231ps(m5, a3, m1);
    w.vmulps(m1, m1, a1);
    w.vmulps(s, s, a2);
    w.vaddps(m0, m0, m2); // m0 + (m1 + m2) + (m3 + m4)
    w.vfmadd231ps(m5, b3, m3); // a³ (m1 − m2) + b³ (m3 − m4) + m5
    w.vfmadd231ps(m1, b1, m3); // a (m1 − m2) + b (m3 − m4)
    w.vfmadd231ps(s, b2, m2); // a² (m1 + m2) + b² (m3 + m4)
    return [m0, m1, s, m5];
  };
}

/** What kernels' rows are divided by: Π of a point's distances from the others, which for ±a and ±b are opposite. */
const atZero = 1 / (a * b) ** 2;
const atA = 1 / (2 * a ** 2 * (a ** 2 - b ** 2));
const atB = 1 / (2 * b ** 2 * (b ** 2 - a ** 2));

/** The constants of G. */
const weightConstants = (w: KernelWriter) => ({
  ...{ zero: w.filled(atZero), a0: w.filled(atA), b0: w.filled(atB) },
  ...{ a1: w.filled(a * atA), b1: w.filled(b * atB) },
  /** a² / atA, which is −b² / atB. */
  square: w.filled(a ** 2 * atA),
});

/** G g: kernels of three taps. */
export function weightPass(w: KernelWriter): Pass<Three, Six> {
  const { zero, a0, b0, a1, b1, square } = weightConstants(w);
  const [even, odd, evenB, oddB, plus, plusB] = w.vectors(6);
  return ([g0, g1, g2]) => {
    w.vmulps(even, g0, a0);
    w.vmulps(evenB, g0, b0);
    w.vmulps(odd, g1, a1);
    w.vmulps(oddB, g1, b1);
    w.vfmadd231ps(even, square, g2);
    w.vfnmadd231ps(evenB, square, g2);
    w.vmulps(g0, g0, zero);
    w.vaddps(plus, even, odd); // (g0 + a g1 + a² g2) · atA
    w.vsubps(even, even, odd);
    w.vaddps(plusB, evenB, oddB); // (g0 + b g1 + b² g2) · atB
    w.vsubps(evenB, evenB, oddB);
    return [g0, plus, even, plusB, evenB, g2];
  };
}

/** A dy: the gradient of four pixels. */
export function gradientPass(w: KernelWriter): Pass<Four, Six> {
  const [[a1, a2, a3], [b1, b2, b3]] = [powers(w, a), powers(w, b)];
  const [even, odd, oddB, plus, plusB] = w.vectors(5);
  return ([y0, y1, y2, y3]) => {
    w.vmovups(even, y0);
    w.vmulps(odd, y3, a3);
    w.vmulps(oddB, y3, b3);
    w.vfmadd231ps(even, a2, y2);
    w.vfmadd132ps(y2, y0, b2);
    w.vfmadd231ps(odd, a1, y1);
    w.vfmadd231ps(oddB, b1, y1);
    w.vaddps(plus, even, odd); // y0 + a y1 + a² y2 + a³ y3
    w.vsubps(even, even, odd);
    w.vaddps(plusB, y2, oddB); // y0 + b y1 + b² y2 + b³ y3
    w.vsubps(y2, y2, oddB);
    return [y0, plus, even, plusB, y2, y3];
  };
}

/** Gᵀ m: the gradient of three taps. */
export function tapPass(w: KernelWriter): Pass<Six, Three> {
  const { zero, a0, b0, a1, b1, square } = weightConstants(w);
  const s = w.vector();
  return ([m0, m1, m2, m3, m4, m5]) => {
    w.vaddps(s, m1, m2);
    w.vsubps(m1, m1, m2);
    w.vaddps(m2, m3, m4);
    w.vsubps(m3, m3, m4);
    w.vmulps(m0, m0, zero);
    w.vmulps(m1, m1, a1);
    w.vfmadd231ps(m0, a0, s);
    w.vsubps(s, s, m2);
    w.vfmadd231ps(m1, b1, m3); // a (m1 − m2) · atA + b (m3 − m4) · atB
    w.vfmadd231ps(m0, b0, m2); // m0 · atZero + (m1 + m2) · atA + (m3 + m4) · atB
    w.vfmadd231ps(m5, square, s); // a² (m1 + m2) · atA + b² (m3 + m4) · atB + m5
    return [m0, m1, m5];
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
