/**
 * The one-dimensional transforms of Winograd's F(2, 3), in which polynomials are met at 0, ±1 and ∞: as those of F(4, 3)
 * (`winograd-passes.ts`), of tiles of two pixels.
 */
import type { Vec } from '../asm/operands.js';
import type { KernelWriter, Tuple } from '../kernel-writer.js';
import type { Pass } from './winograd-passes.js';

type Four = Readonly<Tuple<Vec, 4>>;
type Three = Readonly<Tuple<Vec, 3>>;
type Two = Readonly<Tuple<Vec, 2>>;

/** Bᵀ d: windows of four pixels. */
export function smallInputPass(w: KernelWriter): Pass<Four, Four> {
  const sum = w.vector();
  return ([d0, d1, d2, d3]) => {
    w.vaddps(sum, d1, d2);
    w.vsubps(d0, d0, d2);
    w.vsubps(d3, d1, d3);
    w.vsubps(d2, d2, d1);
    return [d0, sum, d2, d3];
  };
}

/** Aᵀ m: two pixels. */
export function smallOutputPass(w: KernelWriter): Pass<Four, Two> {
  return ([m0, m1, m2, m3]) => {
    w.vaddps(m0, m0, m1);
    w.vsubps(m1, m1, m2);
    w.vaddps(m0, m0, m2); // m0 + m1 + m2
    w.vsubps(m1, m1, m3); // m1 − m2 − m3
    return [m0, m1];
  };
}

/** G g: kernels of three taps. */
export function smallWeightPass(w: KernelWriter): Pass<Three, Four> {
  const half = w.filled(0.5);
  const [even, odd] = w.vectors(2);
  return ([g0, g1, g2]) => {
    w.vaddps(even, g0, g2);
    w.vmulps(even, even, half);
    w.vmulps(odd, g1, half);
    w.vaddps(g1, even, odd); // (g0 + g1 + g2) / 2
    w.vsubps(even, even, odd);
    return [g0, g1, even, g2];
  };
}
