/** 16 × 16 or 8 × 8 floats, as many as a vector has, turned by their diagonal in registers. */
import { internalError } from '../../../core/errors.js';
import type { Vec } from '../asm/operands.js';
import type { KernelWriter } from '../kernel-writer.js';

/** Turns as many vectors as they have lanes; the results lie in the same registers in another order, which is returned. */
export function transpose(w: KernelWriter, rows: readonly Vec[]): Vec[] {
  const { lanes } = w.level;
  const x = [...rows];
  const at = (i: number) => {
    const vector = x[i];
    if (vector === undefined) throw internalError(`transpose of ${rows.length} vectors`);
    return vector;
  };
  w.scope(() => {
    let spare = w.vector();
    const first = spare;
    /** x[i], x[j] ← low(x[i], x[j]), high(x[i], x[j]). */
    const exchange = (i: number, j: number, how: Exchange) => {
      const [a, b] = [at(i), at(j)];
      how(spare, a, b, 'low');
      how(b, a, b, 'high');
      [x[i], spare] = [spare, a];
    };
    const floats: Exchange = (to, a, b, half) =>
      half === 'low' ? w.vunpcklps(to, a, b) : w.vunpckhps(to, a, b);
    const pairs: Exchange = (to, a, b, half) =>
      half === 'low' ? w.vunpcklpd(to, a, b) : w.vunpckhpd(to, a, b);
    const quarters: Exchange = (to, a, b, half) =>
      w.vshuff32x4(to, a, b, half === 'low' ? 0x88 : 0xdd);
    const halves: Exchange = (to, a, b, half) =>
      w.vperm2f128(to, a, b, half === 'low' ? 0x20 : 0x31);

    for (let i = 0; i < lanes; i += 2) exchange(i, i + 1, floats);
    for (let i = 0; i < lanes; i += 4) {
      exchange(i, i + 2, pairs);
      exchange(i + 1, i + 3, pairs);
      [x[i + 1], x[i + 2]] = [at(i + 2), at(i + 1)];
    }
    if (lanes === 8) for (let i = 0; i < 4; i++) exchange(i, i + 4, halves);
    else {
      for (const i of [0, 1, 2, 3, 8, 9, 10, 11]) exchange(i, i + 4, quarters);
      for (let i = 0; i < 8; i++) exchange(i, i + 8, quarters);
    }
    // The spare register is given back as it was taken.
    if (spare !== first) {
      w.vmovups(spare, first);
      x[x.indexOf(first)] = spare;
    }
  });
  return x;
}

type Exchange = (to: Vec, a: Vec, b: Vec, half: 'low' | 'high') => void;
