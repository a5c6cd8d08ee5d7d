/**
 * An assembler for x86-64 in the words of Intel's manual: `a.vfmadd231ps(sum, x, w)`. It knows the instructions that the
 * kernels need and no more.
 */
import { CodeBytes } from './code-bytes.js';
import { encodeLegacy, encodeTile, encodeVector, isTileRow, memoryBytes } from './encode.js';
import { type InstructionMethods, instructions, type Row } from './instructions.js';
import type { Gpr, Label, Mask, Mem, Tile, Vec } from './operands.js';

/** Instructions of two 64-bit operands, by the digit that names them beside an immediate one. */
const arithmetic = { add: 0, or: 1, and: 4, sub: 5, xor: 6, cmp: 7 } as const;

/** Jumps, by the number of their condition. */
const conditions = { jb: 2, jae: 3, je: 4, jne: 5, jbe: 6, ja: 7 } as const;

/** Its prototype gets a method for each row of `instructions`, below. */
const VectorInstructions = class {} as unknown as new () => InstructionMethods;

export class Assembler extends VectorInstructions {
  protected readonly out = new CodeBytes();

  code(): Uint8Array {
    return this.out.finish();
  }

  label(): Label {
    return { kind: 'label', at: undefined, uses: [] };
  }

  bind(label: Label): void {
    this.out.bind(label);
  }

  /** A label at this place. */
  here(): Label {
    const label = this.label();
    this.bind(label);
    return label;
  }

  mov(to: Gpr | Mem, from: Gpr | Mem): void {
    if (from.kind === 'gpr') encodeLegacy(this.out, [0x89], from.id, to);
    else if (to.kind === 'gpr') encodeLegacy(this.out, [0x8b], to.id, from);
  }

  /** 32 bits; the upper half of a register becomes zero. */
  mov32(to: Gpr, from: Gpr | Mem): void {
    encodeLegacy(this.out, [0x8b], to.id, from, { w: 0 });
  }

  /** `value` is below 2³². */
  movImmediate(to: Gpr, value: number): void {
    if (to.id > 7) this.out.byte(0x41);
    this.out.byte(0xb8 + (to.id & 7));
    this.out.word(value);
  }

  /** 32 bits with their sign. */
  movsxd(to: Gpr, from: Gpr | Mem): void {
    encodeLegacy(this.out, [0x63], to.id, from);
  }

  lea(to: Gpr, from: Mem): void {
    encodeLegacy(this.out, [0x8d], to.id, from);
  }

  add(to: Gpr, from: Gpr | Mem | number): void {
    this.arithmetic(arithmetic.add, to, from);
  }

  sub(to: Gpr, from: Gpr | Mem | number): void {
    this.arithmetic(arithmetic.sub, to, from);
  }

  xor(to: Gpr, from: Gpr | Mem | number): void {
    this.arithmetic(arithmetic.xor, to, from);
  }

  cmp(to: Gpr, from: Gpr | Mem | number): void {
    this.arithmetic(arithmetic.cmp, to, from);
  }

  test(a: Gpr, b: Gpr): void {
    encodeLegacy(this.out, [0x85], b.id, a);
  }

  push(...registers: readonly Gpr[]): void {
    for (const { id } of registers) this.out.byte(...(id > 7 ? [0x41] : []), 0x50 + (id & 7));
  }

  pop(...registers: readonly Gpr[]): void {
    for (const { id } of registers) this.out.byte(...(id > 7 ? [0x41] : []), 0x58 + (id & 7));
  }

  call(to: Gpr | Mem): void {
    encodeLegacy(this.out, [0xff], 2, to, { w: 0 });
  }

  jmp(label: Label): void {
    this.out.byte(0xe9);
    this.out.distance(label);
  }

  je(label: Label): void {
    this.jump(conditions.je, label);
  }

  jne(label: Label): void {
    this.jump(conditions.jne, label);
  }

  ret(): void {
    this.out.byte(0xc3);
  }

  /** Asks for the cache line at an address: into all caches (0), or from the second level on (1). Never faults. */
  prefetch(level: 0 | 1, at: Mem): void {
    encodeLegacy(this.out, [0x0f, 0x18], level + 1, at, { w: 0 });
  }

  cpuid(): void {
    this.out.byte(0x0f, 0xa2);
  }

  xgetbv(): void {
    this.out.byte(0x0f, 0x01, 0xd0);
  }

  vzeroupper(): void {
    this.out.byte(0xc5, 0xf8, 0x77);
  }

  /** The lower 16 bits of a register as a mask. */
  kmovw(to: Mask, from: Gpr): void {
    this.out.byte(0xc5, 0xf8, 0x92, 0xc0 | (to.id << 3) | from.id); // From one of the first eight.
  }

  /** The lanes that are in one mask or the other. */
  korw(to: Mask, a: Mask, b: Mask): void {
    this.out.byte(0xc5, 0x84 | ((~a.id & 15) << 3), 0x45, 0xc0 | (to.id << 3) | b.id);
  }

  /** Whether the code may use what came with AVX-512. */
  protected readonly allowsEvex: boolean = true;

  /** Told of the memory that each vector instruction touches, and of the bytes of a lane. */
  protected touch(_at: Mem, _bytes: number, _lane: number): void {}

  /** Told of the operands of each instruction on tiles. */
  protected touchTiles(_row: Row, _operands: readonly (Tile | Mem)[]): void {}

  /** The operands of a row in Intel's order. */
  protected encode(row: Row, operands: readonly (Vec | Mem | Mask | number)[]): void {
    const chosen = row.form === 'rvmr' ? operands[3] : undefined;
    if (typeof chosen === 'object' && chosen.kind === 'vec') {
      this.encode({ ...row, form: 'rvmi' }, [...operands.slice(0, 3), chosen.id << 4]);
      return;
    }
    const byte = operands.find((operand) => typeof operand === 'number');
    const [first, ...others] = operands.filter((operand) => typeof operand !== 'number');
    if (first === undefined || others[0] === undefined) return;
    const { allowsEvex, out } = this;
    if (row.form === 'vmi' && first.kind === 'vec' && others[0].kind === 'vec') {
      const [rm] = others;
      const { opcode, digit = 0 } = row;
      const fields = { row, opcode, reg: digit, vvvv: first.id, rm, bits: first.bits };
      encodeVector(out, { ...fields, mask: 0, zeroes: true, allowsEvex, byte: Number(byte) });
      return;
    }
    const isStore = first.kind === 'mem' || row.form === 'mr' || row.form === 'mri';
    const second = others.length > 1 ? others[0] : undefined;
    const [reg, rm] = isStore ? [others.at(-1), first] : [first, others.at(-1)];
    if (reg === undefined || rm === undefined || rm.kind === 'mask') return;
    const vector = [reg, second, rm].find((operand) => operand?.kind === 'vec');
    const found = vector?.kind === 'vec' ? vector.bits : 512;
    const bits = row.length === 'source' ? 512 : found;
    const mask = isStore ? rm.mask : reg.kind === 'vec' ? reg.mask : undefined;
    if (rm.kind === 'mem')
      this.touch(mask ? { ...rm, mask } : rm, memoryBytes(row, rm, bits), row.lane ?? 4);
    encodeVector(out, {
      row,
      opcode: isStore ? (row.store ?? row.opcode) : row.opcode,
      reg: reg.kind === 'mem' ? 0 : reg.id,
      vvvv: second?.kind === 'vec' ? second.id : 0,
      rm,
      bits,
      foundIn: row.form !== 'compare' ? undefined : first.kind === 'mask' ? 'mask' : 'vec',
      mask: mask?.id ?? 0,
      zeroes: !isStore && row.merges !== true,
      allowsEvex,
      byte: typeof byte === 'number' ? byte : undefined,
    });
  }

  protected encodeTile(row: Row, operands: readonly (Tile | Mem)[]): void {
    this.touchTiles(row, operands);
    encodeTile(this.out, row, operands);
  }

  private arithmetic(digit: number, to: Gpr, from: Gpr | Mem | number): void {
    if (typeof from !== 'number') {
      const [opcode, reg, rm] =
        from.kind === 'gpr' ? ([1, from, to] as const) : ([3, to, from] as const);
      encodeLegacy(this.out, [digit * 8 + opcode], reg.id, rm);
      return;
    }
    const isShort = from >= -128 && from <= 127;
    encodeLegacy(this.out, [isShort ? 0x83 : 0x81], digit, to);
    if (isShort) this.out.byte(from & 255);
    else this.out.word(from);
  }

  private jump(condition: number, label: Label): void {
    this.out.byte(0x0f, 0x80 + condition);
    this.out.distance(label);
  }
}

for (const [name, row] of Object.entries(instructions))
  Object.defineProperty(Assembler.prototype, name, {
    value(this: Assembler, ...operands: readonly never[]) {
      if (isTileRow(row)) this.encodeTile(row, operands);
      else this.encode(row, operands);
    },
  });
