/**
 * The vector instructions, a row each, as Intel's manual has them: form, mandatory prefix, opcode map, W, opcode. By VEX
 * where it can say the operands, else by EVEX. scripts/verify-encoding.mjs checks every row against GNU as.
 */
import type { Mask, Mem, Tile, Vec } from './operands.js';

/** What the operands of a form are, in Intel's order. */
export interface Forms {
  /** reg ← vvvv ∘ rm */
  rvm: [to: Vec, a: Vec, b: Vec | Mem];
  rvmi: [to: Vec, a: Vec, b: Vec | Mem, byte: number];
  /** reg ← rm */
  rm: [to: Vec, from: Vec | Mem];
  rmi: [to: Vec, from: Vec | Mem, byte: number];
  /** rm ← reg */
  mr: [to: Mem, from: Vec];
  mri: [to: Vec | Mem, from: Vec, byte: number];
  /** A load, or a store with the opcode `store`. */
  move: [to: Vec | Mem, from: Vec | Mem];
  /** The same of the lanes whose mask, a vector, has its sign set. */
  masked: [to: Vec | Mem, mask: Vec, from: Vec | Mem];
  /** vvvv ← rm, by a number; `reg` is a digit of the opcode */
  vmi: [to: Vec, from: Vec, byte: number];
  /** reg ← where the lane of a vector has its sign set rm, else vvvv */
  rvmr: [to: Vec, a: Vec, b: Vec | Mem, chosen: Vec];
  /** mask ← vvvv ∘ rm */
  kvmi: [to: Mask, a: Vec, b: Vec | Mem, byte: number];
  /** The same, and by VEX into a vector: all ones where it is so, else zero. */
  compare: [to: Mask | Vec, a: Vec, b: Vec | Mem, byte: number];
  /** tile ← rows in memory, an index register apart */
  tm: [to: Tile, from: Mem];
  mt: [to: Mem, from: Tile];
  /** reg ← rm ∘ vvvv, of tiles */
  ttt: [to: Tile, a: Tile, b: Tile];
  t: [to: Tile];
  m: [from: Mem];
  none: [];
}
export type Form = keyof Forms;

/** The forms of AMX. */
export type TileForm = 'tm' | 'mt' | 'ttt' | 't' | 'm' | 'none';

export interface Row<F extends Form = Form> {
  readonly form: F;
  readonly prefix: keyof typeof prefixes;
  readonly map: keyof typeof maps;
  readonly w: 0 | 1;
  readonly opcode: number;
  /** The opcode of a move to memory. */
  readonly store?: number;
  /** How much memory an operand touches: the whole vector, half or a quarter of it, one float. @default 'full' */
  readonly tuple?: 'full' | 'half' | 'quarter' | 'scalar';
  /** Only in one of the two encodings. */
  readonly only?: 'vex' | 'evex';
  /** Of which register the length field tells: the one that is read may be twice as long as the one in `reg`. @default 'reg' */
  readonly length?: 'source';
  /** Bytes of a lane in memory. @default 4 */
  readonly lane?: 1 | 2;
  /** Whether lanes outside of the mask stay what they were, or what the other operand has; else they become zero. */
  readonly merges?: true;
  /** What stands in `reg` of form `vmi`. */
  readonly digit?: number;
}

export const prefixes = { NP: 0, '66': 1, F3: 2, F2: 3 } as const;
export const maps = { '0F': 1, '0F38': 2, '0F3A': 3 } as const;

function row<F extends Form>(
  form: F,
  prefix: Row['prefix'],
  map: Row['map'],
  w: 0 | 1,
  opcode: number,
  more: Partial<Row<F>> = {},
): Row<F> {
  return { form, prefix, map, w, opcode, ...more };
}

export const instructions = {
  vaddps: row('rvm', 'NP', '0F', 0, 0x58),
  vsubps: row('rvm', 'NP', '0F', 0, 0x5c),
  vmulps: row('rvm', 'NP', '0F', 0, 0x59),
  vdivps: row('rvm', 'NP', '0F', 0, 0x5e),
  vminps: row('rvm', 'NP', '0F', 0, 0x5d),
  vmaxps: row('rvm', 'NP', '0F', 0, 0x5f),
  vsqrtps: row('rm', 'NP', '0F', 0, 0x51),
  vxorps: row('rvm', 'NP', '0F', 0, 0x57),
  vpxord: row('rvm', '66', '0F', 0, 0xef, { only: 'evex' }),
  vfmadd132ps: row('rvm', '66', '0F38', 0, 0x98),
  vfmadd213ps: row('rvm', '66', '0F38', 0, 0xa8),
  vfmadd231ps: row('rvm', '66', '0F38', 0, 0xb8),
  vfnmadd132ps: row('rvm', '66', '0F38', 0, 0x9c),
  vfnmadd231ps: row('rvm', '66', '0F38', 0, 0xbc),
  vbroadcastss: row('rm', '66', '0F38', 0, 0x18, { tuple: 'scalar' }),
  vorps: row('rvm', 'NP', '0F', 0, 0x56),
  vandps: row('rvm', 'NP', '0F', 0, 0x54),
  vpslld: row('vmi', '66', '0F', 0, 0x72, { digit: 6 }),
  vpsrld: row('vmi', '66', '0F', 0, 0x72, { digit: 2 }),
  vmovups: row('move', 'NP', '0F', 0, 0x10, { store: 0x11 }),

  vpmovzxwd: row('rm', '66', '0F38', 0, 0x33, { tuple: 'half', lane: 2 }),
  vmovdqu16: row('move', 'F2', '0F', 1, 0x6f, { store: 0x7f, only: 'evex', lane: 2 }),
  vcvtneps2bf16: row('rm', 'F3', '0F38', 0, 0x72, { only: 'evex', length: 'source' }),
  vcvtne2ps2bf16: row('rvm', 'F2', '0F38', 0, 0x72, { only: 'evex' }),
  vdpbf16ps: row('rvm', 'F3', '0F38', 0, 0x52, { only: 'evex' }),

  vmovlps: row('mr', 'NP', '0F', 0, 0x13, { tuple: 'half' }),
  vmovss: row('mr', 'F3', '0F', 0, 0x11, { tuple: 'scalar' }),
  vpackusdw: row('rvm', '66', '0F38', 0, 0x2b, { only: 'vex' }),
  vpackuswb: row('rvm', '66', '0F', 0, 0x67, { only: 'vex' }),
  vpmovzxbd: row('rm', '66', '0F38', 0, 0x31, { tuple: 'quarter', lane: 1 }),
  vpmovdb: row('mr', 'F3', '0F38', 0, 0x31, { only: 'evex', tuple: 'quarter', lane: 1 }),
  vcvtps2pd: row('rm', 'NP', '0F', 0, 0x5a, { tuple: 'half' }),
  vaddpd: row('rvm', '66', '0F', 1, 0x58),

  vsubpd: row('rvm', '66', '0F', 1, 0x5c),
  vmulpd: row('rvm', '66', '0F', 1, 0x59),
  vdivpd: row('rvm', '66', '0F', 1, 0x5e),
  vsqrtpd: row('rm', '66', '0F', 1, 0x51),
  vbroadcastsd: row('rm', '66', '0F38', 1, 0x19, { tuple: 'scalar' }),
  vcvtpd2ps: row('rm', '66', '0F', 1, 0x5a, { only: 'evex', length: 'source' }),
  vcvtqq2pd: row('rm', 'F3', '0F', 1, 0xe6, { only: 'evex' }),
  vgetexppd: row('rm', '66', '0F38', 1, 0x42, { only: 'evex' }),
  vgetmantpd: row('rmi', '66', '0F3A', 1, 0x26, { only: 'evex' }),
  vcmppd: row('kvmi', '66', '0F', 1, 0xc2, { only: 'evex' }),
  vblendmpd: row('rvm', '66', '0F38', 1, 0x65, { only: 'evex', merges: true }),

  vpaddd: row('rvm', '66', '0F', 0, 0xfe),
  vpaddq: row('rvm', '66', '0F', 1, 0xd4),
  vpsubq: row('rvm', '66', '0F', 1, 0xfb),
  vpmuludq: row('rvm', '66', '0F', 1, 0xf4),
  vpandq: row('rvm', '66', '0F', 1, 0xdb, { only: 'evex' }),
  vpternlogq: row('rvmi', '66', '0F3A', 1, 0x25, { only: 'evex' }),
  vpsllq: row('vmi', '66', '0F', 1, 0x73, { digit: 6 }),
  vpsrlq: row('vmi', '66', '0F', 1, 0x73, { digit: 2 }),
  vpcmpq: row('kvmi', '66', '0F3A', 1, 0x1f, { only: 'evex' }),

  vcmpps: row('compare', 'NP', '0F', 0, 0xc2),
  vpcmpd: row('kvmi', '66', '0F3A', 0, 0x1f, { only: 'evex' }),
  vpcmpeqd: row('rvm', '66', '0F', 0, 0x76, { only: 'vex' }),
  vblendmps: row('rvm', '66', '0F38', 0, 0x65, { only: 'evex', merges: true }),
  vblendvps: row('rvmr', '66', '0F3A', 0, 0x4a, { only: 'vex' }),

  vunpcklps: row('rvm', 'NP', '0F', 0, 0x14),
  vunpckhps: row('rvm', 'NP', '0F', 0, 0x15),
  vunpcklpd: row('rvm', '66', '0F', 1, 0x14),
  vunpckhpd: row('rvm', '66', '0F', 1, 0x15),
  vshuff32x4: row('rvmi', '66', '0F3A', 0, 0x23, { only: 'evex' }),
  vperm2f128: row('rvmi', '66', '0F3A', 0, 0x06, { only: 'vex' }),
  vextractf128: row('mri', '66', '0F3A', 0, 0x19, { only: 'vex', tuple: 'half' }),
  vmaskmovps: row('masked', '66', '0F38', 0, 0x2c, { only: 'vex', store: 0x2e }),
  vextractf32x8: row('mri', '66', '0F3A', 0, 0x1b, { only: 'evex', tuple: 'half' }),
  vpermw: row('rvm', '66', '0F38', 1, 0x8d, { only: 'evex', lane: 2 }),
  vpermi2w: row('rvm', '66', '0F38', 1, 0x75, { only: 'evex', lane: 2 }),
  vinsertf64x4: row('rvmi', '66', '0F3A', 1, 0x1a, { only: 'evex', tuple: 'half' }),
  vextractf32x4: row('mri', '66', '0F3A', 0, 0x19, { only: 'evex', tuple: 'quarter' }),

  ldtilecfg: row('m', 'NP', '0F38', 0, 0x49, { only: 'vex' }),
  tilerelease: row('none', 'NP', '0F38', 0, 0x49, { only: 'vex' }),
  tilezero: row('t', 'F2', '0F38', 0, 0x49, { only: 'vex' }),
  tileloadd: row('tm', 'F2', '0F38', 0, 0x4b, { only: 'vex' }),
  tilestored: row('mt', 'F3', '0F38', 0, 0x4b, { only: 'vex' }),
  tdpbf16ps: row('ttt', 'F3', '0F38', 0, 0x5c, { only: 'vex' }),
} satisfies Record<string, Row>;

export type Instruction = keyof typeof instructions;
export type InstructionMethods = {
  readonly [K in Instruction]: (...operands: Forms[(typeof instructions)[K]['form']]) => void;
};
