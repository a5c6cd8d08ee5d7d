/** How operands become bytes: ModRM and SIB, REX, VEX and EVEX prefixes (Intel's manual, volume 2, chapter 2). */
import { internalError } from '../../../core/errors.js';
import type { CodeBytes } from './code-bytes.js';
import { maps, prefixes, type Row, type TileForm } from './instructions.js';
import { type Gpr, gprs, type Mem, type Tile, type Vec, vec } from './operands.js';

type Rm = Gpr | Vec | Mem;

/** The upper bits of what `rm` names: of the index (or of a vector's fifth bit), and of the base. */
function upperBits(rm: Rm): { readonly x: number; readonly b: number } {
  if (rm.kind === 'gpr') return { x: 0, b: rm.id >> 3 };
  if (rm.kind === 'vec') return { x: rm.id >> 4, b: (rm.id >> 3) & 1 };
  const base = rm.base.kind === 'label' ? 0 : rm.base.id;
  return { x: (rm.index?.id ?? 0) >> 3, b: base >> 3 };
}

/** ModRM, SIB and displacement; an 8-bit displacement counts in `unit` bytes, and `tail` bytes follow. */
function operandBytes(out: CodeBytes, reg: number, rm: Rm, unit = 1, tail = 0): void {
  const field = (reg & 7) << 3;
  if (rm.kind !== 'mem') {
    out.byte(0xc0 | field | (rm.id & 7));
    return;
  }
  const { base, index, scale = 1, disp } = rm;
  if (base.kind === 'label') {
    out.byte(field | 5);
    out.distance(base, tail);
    return;
  }
  const steps = disp / unit;
  const isShort = Number.isInteger(steps) && steps >= -128 && steps <= 127;
  const needsDisp = disp !== 0 || (base.id & 7) === 5;
  const mode = !needsDisp ? 0 : isShort ? 1 : 2;
  if (index !== undefined || (base.id & 7) === 4) {
    if (index?.id === gprs.rsp.id) throw internalError('rsp is no index');
    const sib = (Math.log2(scale) << 6) | (((index?.id ?? 4) & 7) << 3) | (base.id & 7);
    out.byte((mode << 6) | field | 4, sib);
  } else out.byte((mode << 6) | field | (base.id & 7));
  if (mode === 1) out.byte(steps & 255);
  if (mode === 2) {
    if (disp !== (disp | 0)) throw internalError(`a displacement of ${disp} bytes is too far`);
    out.word(disp);
  }
}

/** An instruction on general registers; `w`: of 64 bits. */
export function encodeLegacy(
  out: CodeBytes,
  opcode: readonly number[],
  reg: number,
  rm: Gpr | Mem,
  { w = 1, tail = 0 }: { readonly w?: 0 | 1; readonly tail?: number } = {},
): void {
  const { x, b } = upperBits(rm);
  const rex = 0x40 | (w << 3) | ((reg >> 3) << 2) | (x << 1) | b;
  out.byte(...(rex === 0x40 ? [] : [rex]), ...opcode);
  operandBytes(out, reg, rm, 1, tail);
}

/** The fields of a vector instruction: `reg` and `vvvv` are numbers of registers. */
export interface VectorFields {
  readonly row: Row;
  readonly opcode: number;
  readonly reg: number;
  readonly vvvv: number;
  readonly rm: Vec | Mem;
  readonly bits: Vec['bits'];
  /** Where a comparison puts what it finds: a mask needs EVEX, a vector VEX. */
  readonly foundIn?: 'mask' | 'vec' | undefined;
  /** The mask register of a masked instruction; 0 for none. */
  readonly mask: number;
  /** Whether lanes outside the mask become zero (registers), or stay (memory, mask registers). */
  readonly zeroes: boolean;
  readonly byte?: number | undefined;
  /** Whether the CPU has AVX-512. */
  readonly allowsEvex: boolean;
}

export function encodeVector(out: CodeBytes, fields: VectorFields): void {
  const { row, reg, vvvv, rm, bits, foundIn, mask, byte } = fields;
  const isBroadcast = rm.kind === 'mem' && rm.broadcast === true;
  const needsEvex =
    bits === 512 || mask > 0 || isBroadcast || Math.max(reg, vvvv) > 15 || upperBitsOf(rm);
  const [only = row.only] = foundIn === undefined ? [] : [foundIn === 'mask' ? 'evex' : 'vex'];
  if (needsEvex && only === 'vex') throw internalError('an operand that VEX cannot say');
  const isEvex = needsEvex || only === 'evex';
  if (isEvex && !fields.allowsEvex) throw internalError('a kernel for AVX2 needs AVX-512');
  if (isEvex) evex(out, fields);
  else vex(out, fields);
  if (byte !== undefined) out.byte(byte);
}

const tileForms: readonly string[] = ['tm', 'mt', 'ttt', 't', 'm', 'none'] satisfies TileForm[];

export const isTileRow = ({ form }: Row): boolean => tileForms.includes(form);

/** An instruction of AMX; tiles are numbered as vectors are. */
export function encodeTile(out: CodeBytes, row: Row, operands: readonly (Tile | Mem)[]): void {
  const place = operands.find((operand) => operand.kind === 'mem');
  const [reg, a, b] = operands.filter((operand) => operand.kind === 'tile');
  if (row.form !== 'm' && place !== undefined && place.index === undefined)
    throw internalError('the rows of a tile need an index register');
  const rm = place ?? vec(a?.id ?? 0, 128);
  const [opcode, vvvv] = [row.opcode, b?.id ?? 0];
  vex(out, {
    ...{ row, opcode, reg: reg?.id ?? 0, vvvv, rm, bits: 128 },
    ...{ mask: 0, zeroes: false, allowsEvex: false },
  });
}

const upperBitsOf = (rm: Vec | Mem) => rm.kind === 'vec' && rm.id > 15;

function vex(out: CodeBytes, { row, opcode, reg, vvvv, rm, bits, byte }: VectorFields): void {
  const { x, b } = upperBits(rm);
  const last = ((~vvvv & 15) << 3) | (bits === 256 ? 4 : 0) | prefixes[row.prefix];
  // The W of the rows for doubles means something to EVEX only.
  if (x === 0 && b === 0 && row.map === '0F') out.byte(0xc5, ((~reg & 8) << 4) | last);
  else out.byte(0xc4, ((~reg & 8) << 4) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | maps[row.map], last);
  out.byte(opcode);
  operandBytes(out, reg, rm, 1, byte === undefined ? 0 : 1);
}

/** What parts of a vector a memory operand is. */
const shares = { full: 1, half: 2, quarter: 4 } as const;

/** Bytes of a row's memory operand, all lanes. */
export function memoryBytes({ w, tuple = 'full' }: Row, rm: Mem, bits: number): number {
  if (rm.broadcast === true || tuple === 'scalar') return w === 1 ? 8 : 4;
  return bits / 8 / shares[tuple];
}

function evex(out: CodeBytes, fields: VectorFields): void {
  const { row, opcode, reg, vvvv, rm, bits, mask, zeroes, byte } = fields;
  const { x, b } = upperBits(rm);
  const broadcast = rm.kind === 'mem' && rm.broadcast === true ? 1 : 0;
  const length = bits === 512 ? 2 : bits === 256 ? 1 : 0;
  const zero = mask > 0 && zeroes ? 1 : 0;
  out.byte(
    0x62,
    ((~reg & 8) << 4) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | (~reg & 16) | maps[row.map],
    (row.w << 7) | ((~vvvv & 15) << 3) | 4 | prefixes[row.prefix],
    (zero << 7) | (length << 5) | (broadcast << 4) | ((~vvvv & 16) >> 1) | mask,
    opcode,
  );
  const unit = rm.kind === 'mem' ? memoryBytes(row, rm, bits) : 1;
  operandBytes(out, reg, rm, unit, byte === undefined ? 0 : 1);
}
