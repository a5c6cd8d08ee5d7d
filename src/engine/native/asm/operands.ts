/** Operands of x86-64 instructions: registers, masks, memory, labels. */

/** A 64-bit general register. */
export interface Gpr {
  readonly kind: 'gpr';
  readonly id: number;
}

/** A vector register; `mask`: only its lanes are computed, the others become zero. */
export interface Vec {
  readonly kind: 'vec';
  readonly id: number;
  readonly bits: 128 | 256 | 512;
  readonly mask?: Mask;
}

/** A tile register of AMX: rows of up to 64 bytes. */
export interface Tile {
  readonly kind: 'tile';
  readonly id: number;
}

/** A mask register that holds ones for the first `lanes` lanes. */
export interface Mask {
  readonly kind: 'mask';
  readonly id: number;
  readonly lanes: number;
}

/** Memory at [base + index · scale + disp], or at a label of the code itself. */
export interface Mem {
  readonly kind: 'mem';
  readonly base: Gpr | Label;
  readonly index?: Gpr;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly disp: number;
  /** One float that all lanes take. */
  readonly broadcast?: boolean;
  /** The lanes that are touched. */
  readonly mask?: Mask;
}

/** A place in the code, known or yet to come. */
export interface Label {
  readonly kind: 'label';
  at: number | undefined;
  /** Distances that wait for it: where they stand, and where the instruction ends from which they count. */
  readonly uses: { readonly at: number; readonly from: number }[];
}

const gprNames = [
  ...(['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const),
  ...(['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const),
] as const;
export type GprName = (typeof gprNames)[number];

export const gprs = Object.fromEntries(
  gprNames.map((name, id) => [name, { kind: 'gpr', id }]),
) as unknown as Readonly<Record<GprName, Gpr>>;

export function vec(id: number, bits: Vec['bits']): Vec {
  return { kind: 'vec', id, bits };
}

export function mem(base: Gpr | Label, disp = 0, index?: Gpr, scale: 1 | 2 | 4 | 8 = 1): Mem {
  return { kind: 'mem', base, disp, ...(index && { index, scale }) };
}

/** The float at an address, for all lanes of an instruction. */
export function each(at: Mem): Mem {
  return { ...at, broadcast: true };
}

/** The operand with only the mask's lanes: others are not touched in memory, and become zero in a register. */
export function only<T extends Vec | Mem>(mask: Mask | undefined, operand: T): T {
  return mask === undefined ? operand : { ...operand, mask };
}
