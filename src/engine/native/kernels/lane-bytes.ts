/** Vectors of small whole numbers that are bytes in memory, a lane each. */
import type { Mem, Vec } from '../asm/operands.js';
import type { KernelWriter, Part } from '../kernel-writer.js';

/** The register's lanes that are there: 16, 8 or 4. */
function shorter(register: Vec, part: Part | undefined): Vec {
  if (part === undefined) return register;
  return { ...register, bits: part.lanes === 8 ? 256 : 128 };
}

export function loadBytes(w: KernelWriter, to: Vec, at: Mem, part?: Part): void {
  w.vpmovzxbd(shorter(to, part), at);
}

/** Stores the lowest byte of each lane; `from` may be lost. */
export function storeBytes(w: KernelWriter, at: Mem, from: Vec, part?: Part): void {
  const lanes = shorter(from, part);
  if (w.level.bits === 512) {
    w.vpmovdb(at, lanes);
    return;
  }
  const low: Vec = { ...from, bits: 128 };
  w.scope(() => {
    const high: Vec = { ...w.vector(), bits: 128 };
    if (lanes.bits === 256) w.vextractf128(high, from, 1);
    w.vpackusdw(low, low, lanes.bits === 256 ? high : low);
    w.vpackuswb(low, low, low);
  });
  if (lanes.bits === 256) w.vmovlps(at, low);
  else w.vmovss(at, low);
}
