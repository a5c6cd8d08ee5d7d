/**
 * Numbers in pairs of bfloat16, a pair in the place of a float: `vdpbf16ps` multiplies pairs and adds both products in float32,
 * twice the work of a multiply-add. A pair's two are summed over: channels, or tiles.
 */
import type { Precision } from '../../precision.js';
import type { Mem, Vec } from '../asm/operands.js';
import type { KernelWriter, Part } from '../kernel-writer.js';

/** The lower half of pairs, which makes the upper one zero, or the upper one. */
export type Half = 'first' | 'second';

/** How a vector of floats is stored: as elements, or as halves of as many pairs. */
export type ElementForm = Precision | Half;

export const formBytes = (form: ElementForm): number => (form === 'bfloat16' ? 2 : 4);

/** Writes a vector or a part of one; `from` may be lost. A second half's whole vector is read. */
export function storeForm(
  w: KernelWriter,
  form: ElementForm,
  at: Mem,
  from: Vec,
  part?: Part,
): void {
  if (form === 'float32' || form === 'bfloat16') {
    w.storeAs(form, at, from, part);
    return;
  }
  const half: Vec = { ...from, bits: 256 };
  w.vcvtneps2bf16(half, from);
  w.vpmovzxwd(from, half);
  if (form === 'second') {
    w.vpslld(from, from, 16);
    w.vorps(from, from, at);
  }
  w.store(at, from, part);
}
