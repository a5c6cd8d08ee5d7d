/**
 * Lanes that comparisons find, and what is done with them alone: in a mask register with AVX-512, with AVX2 in a vector whose lanes are
 * ones where it is so.
 */
import { type Mask, type Mem, only, type Vec } from './asm/operands.js';
import type { KernelWriter } from './kernel-writer.js';

export type FoundLanes = Mask | Vec;

/** Room for what comparisons find, until the end of the scope: asked for outside of loops. */
export function roomForLanes(w: KernelWriter): FoundLanes {
  return w.level.bits === 512 ? w.mask() : w.vector();
}

/** Lanes where a ∘ b, by the number that a comparison of floats has in Intel's manual. */
export function findLanes(w: KernelWriter, found: FoundLanes, a: Vec, b: Vec, by: number): void {
  w.vcmpps(found, a, b, by);
}

/** Lanes where two whole numbers are the same. */
export function findEqual(w: KernelWriter, found: FoundLanes, a: Vec, b: Vec | Mem): void {
  if (found.kind === 'mask') w.vpcmpd(found, a, b, 0);
  else w.vpcmpeqd(found, a, b);
}

/** Adds to lanes that were found those where a ∘ b. */
export function findMore(
  w: KernelWriter,
  found: FoundLanes,
  others: FoundLanes,
  a: Vec,
  b: Vec,
  by: number,
): void {
  w.vcmpps(others, a, b, by);
  if (found.kind === 'mask' && others.kind === 'mask') w.korw(found, found, others);
  else if (found.kind === 'vec' && others.kind === 'vec') w.vorps(found, found, others);
}

/** All other lanes become zero. */
export function keepLanes(w: KernelWriter, found: FoundLanes, of: Vec): void {
  if (found.kind === 'mask') w.vmovups(only(found, of), of);
  else w.vandps(of, of, found);
}

/** Those lanes become what they are in `from`. */
export function takeLanes(w: KernelWriter, found: FoundLanes, to: Vec, from: Vec | Mem): void {
  if (found.kind === 'mask') w.vblendmps(only(found, to), to, from);
  else w.vblendvps(to, to, from, found);
}
