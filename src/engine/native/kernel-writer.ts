/**
 * What kernels are written with: an assembler that gives registers names, knows loops of a fixed length, and follows the
 * pointers. A kernel gets pointers as its arguments and reaches memory by no other way than a {@link Cursor}, whose place is
 * known at every instruction, so that the bytes a kernel may touch around each of its arguments are known when it is written:
 * they are checked once, when an argument list is laid out (`lower/phase.ts`).
 *
 * Kernels may change every register but rsp; the runner (`runner.ts`) keeps what the system wants back. At the start rdi
 * points to the argument list, (operand's position, byte in it) for each; rsi to the operands' 32-bit addresses; rdx is where
 * the engine's memory starts.
 */
import { internalError } from '../../core/errors.js';
import type { Precision } from '../precision.js';
import { Assembler } from './asm/assembler.js';
import type { Row } from './asm/instructions.js';
import {
  type Gpr,
  gprs,
  type Label,
  type Mask,
  type Mem,
  mem,
  only,
  type Tile,
  type Vec,
  vec,
} from './asm/operands.js';
import { RegisterPool } from './asm/register-pool.js';
import { Cursor, type CursorMem } from './cursor.js';
import {
  requireProduct,
  type ShapedTile,
  type Stride,
  spanOfRows,
  type TileShape,
  tileConfiguration,
} from './tiles.js';
import type { VectorLevel } from './vector-levels.js';

export type { Cursor };

/** The first lanes of a vector. */
export interface Part {
  readonly lanes: number;
  /** With AVX-512 a mask register that says so, with AVX2 where the code has a vector that does. */
  readonly mask: Mask;
  readonly place: Label | undefined;
}

/** Bytes from a pointer that a kernel touches: from the first up to, without, the last. */
export interface Reach {
  readonly from: number;
  readonly to: number;
}

/** Code and what it may touch around each of its arguments. */
export interface KernelCode {
  readonly code: Uint8Array;
  /** Undefined for an argument that is not used. */
  readonly reaches: readonly (Reach | undefined)[];
}

/** N values of a type; a list where N is not known. */
export type Tuple<T, N extends number, R extends T[] = []> = number extends N
  ? T[]
  : R['length'] extends N
    ? R
    : Tuple<T, N, [...R, T]>;

const argumentBytes = 8;

/** Bytes of an element. */
export const bytesOf = (storage: Precision): number => (storage === 'bfloat16' ? 2 : 4);

export class KernelWriter extends Assembler {
  private readonly general: RegisterPool<Gpr>;
  private readonly vectorPool: RegisterPool<Vec>;
  private readonly parts = new Map<number, Part>();
  private readonly constants = new Map<string, Label>();
  protected override readonly allowsEvex: boolean;
  private cursors: Cursor[] = [];
  private scopes: (() => void)[][] = [[]];
  private depth = 0;
  /** Masks from here on hold what comparisons find, those below parts of vectors. */
  private firstMask = 8;
  private reaches = new Map<Cursor, Reach>();
  private arguments: readonly Cursor[] = [];
  private hasTiles = false;

  constructor(readonly level: VectorLevel) {
    super();
    this.allowsEvex = level.bits === 512;
    const { rax, rsp, rdi, rsi, rdx, ...others } = gprs;
    this.general = new RegisterPool('general', [...Object.values(others), rdx, rsi, rdi]);
    const { registers, bits } = level;
    const vectors = Array.from({ length: registers }, (_, id) => vec(id, bits));
    this.vectorPool = new RegisterPool('vector', vectors);
  }

  /** The kernel's arguments, all of them; call it first. */
  pointers<const N extends readonly string[]>(...names: N): Readonly<Record<N[number], Cursor>> {
    const { rax, rdi, rsi, rdx } = gprs;
    const cursors = names.map((_, i) => {
      const register = this.general.take();
      this.mov32(register, mem(rdi, i * argumentBytes));
      this.mov32(register, mem(rsi, 0, register, 4));
      this.movsxd(rax, mem(rdi, i * argumentBytes + 4));
      this.add(register, rdx);
      this.add(register, rax);
      return new Cursor(this, register, i, undefined, 0, 0);
    });
    this.arguments = cursors;
    this.cursors = [...cursors];
    const named = Object.fromEntries(names.map((name, i) => [name, cursors[i]]));
    return named as Readonly<Record<N[number], Cursor>>;
  }

  /** A vector register until the end of the scope. */
  vector(): Vec {
    const taken = this.vectorPool.take();
    this.scopes.at(-1)?.push(() => this.vectorPool.release(taken));
    return taken;
  }

  /** How many vector registers can still be taken. */
  get vectorsLeft(): number {
    return this.vectorPool.left;
  }

  vectors<const N extends number>(count: N): Tuple<Vec, N> {
    return Array.from({ length: count }, () => this.vector()) as Tuple<Vec, N>;
  }

  /**
   * The tiles of the kernel, one of each shape, at most eight: call it once, before any loop. They hold zeros, and are given back at the
   * kernel's end.
   */
  tiles<const N extends readonly TileShape[]>(
    ...shapes: N
  ): { readonly [I in keyof N]: ShapedTile } {
    if (this.level.tiles !== true) throw internalError(`a kernel for ${this.level.name} needs AMX`);
    if (this.hasTiles || this.depth > 0) throw internalError('tiles are asked for twice');
    this.hasTiles = true;
    this.ldtilecfg(mem(this.constant(tileConfiguration(shapes))));
    const tiles = shapes.map((shape, id): ShapedTile => ({ kind: 'tile', id, ...shape }));
    return tiles as unknown as { readonly [I in keyof N]: ShapedTile };
  }

  /** Bytes between the rows of tiles, until the end of the scope. */
  stride(bytes: number): Stride {
    const register = this.general.take();
    this.scopes.at(-1)?.push(() => this.general.release(register));
    this.movImmediate(register, bytes);
    return { register, bytes };
  }

  /** A register whose lanes all hold `value`. */
  filled(value: number): Vec {
    const to = this.vector();
    this.fill(to, value);
    return to;
  }

  /** Puts `value` into all lanes. */
  fill(to: Vec, value: number): void {
    if (Object.is(value, 0)) this.zero(to);
    else this.vbroadcastss(to, mem(this.constant(bitsOf(value))));
  }

  zero(to: Vec): void {
    if (to.bits === 512) this.vpxord(to, to, to);
    else this.vxorps(to, to, to);
  }

  /** The first `lanes` lanes; undefined for all. Asked for before any loop. */
  part(lanes: number): Part | undefined {
    if (lanes === this.level.lanes) return undefined;
    const known = this.parts.get(lanes);
    if (known !== undefined) return known;
    const isWide = this.level.bits === 512;
    if (isWide && this.depth > 0) throw internalError('a mask is made inside of a loop');
    const mask: Mask = { kind: 'mask', id: isWide ? this.parts.size + 1 : 0, lanes };
    if (mask.id >= this.firstMask) throw internalError('a kernel needs too many masks');
    const ones = Array.from({ length: this.level.lanes }, (_, lane) => (lane < lanes ? -1 : 0));
    const part = { lanes, mask, place: isWide ? undefined : this.constant(ones) };
    this.parts.set(lanes, part);
    if (isWide) {
      this.movImmediate(gprs.rax, 2 ** lanes - 1);
      this.kmovw(mask, gprs.rax);
    }
    return part;
  }

  /** A mask register for what comparisons find, until the end of the kernel; AVX-512 alone. */
  mask(): Mask {
    this.firstMask--;
    return { kind: 'mask', id: this.firstMask, lanes: this.level.lanes };
  }

  /** Puts the whole number `value` into all lanes. */
  fillWhole(to: Vec, value: number): void {
    if (value === 0) this.zero(to);
    else this.vbroadcastss(to, mem(this.constant([value])));
  }

  /** Reads a vector, or a part of one: the other lanes become zero, and their memory is not touched. */
  load(to: Vec, at: Mem, part?: Part): void {
    const shorter = part && shorterOf(to, part);
    if (part === undefined) this.vmovups(to, at);
    else if (shorter !== undefined) this.vmovups(shorter, at);
    else if (part.place === undefined) this.vmovups(only(part.mask, to), at);
    else this.withMask(part.place, to, (mask) => this.vmaskmovps(to, mask, only(part.mask, at)));
  }

  /** Reads a vector of elements in a storage. */
  loadAs(storage: Precision, to: Vec, at: Mem, part?: Part): void {
    if (storage === 'float32') {
      this.load(to, at, part);
      return;
    }
    const shorter = part && shorterOf(to, part);
    this.vpmovzxwd(shorter ?? only(part?.mask, to), at);
    this.vpslld(to, to, 16); // The upper half of a float.
  }

  /** Writes a vector of elements in a storage; `from` may be lost. */
  storeAs(storage: Precision, at: Mem, from: Vec, part?: Part): void {
    if (storage === 'float32') {
      this.store(at, from, part);
      return;
    }
    const half: Vec = { ...from, bits: 256 };
    this.vcvtneps2bf16(half, from);
    if (part?.lanes === 8) this.vmovups(at, { ...from, bits: 128 });
    else if (part?.lanes === 4) this.vmovlps(at, { ...from, bits: 128 });
    else this.vmovdqu16(only(part?.mask, at), half);
  }

  /** Writes a vector, or a part of one. */
  store(at: Mem, from: Vec, part?: Part): void {
    const shorter = part && shorterOf(from, part);
    if (part === undefined) this.vmovups(at, from);
    else if (shorter !== undefined) this.vmovups(at, shorter);
    else if (part.place === undefined) this.vmovups(only(part.mask, at), from);
    else
      this.withMask(part.place, from, (mask) => this.vmaskmovps(only(part.mask, at), mask, from));
  }

  /** Puts the upper half of a vector where its lower one is. */
  upperHalf(of: Vec): void {
    if (of.bits === 512) this.vextractf32x8({ ...of, bits: 256 }, of, 1);
    else this.vextractf128({ ...of, bits: 128 }, of, 1);
  }

  private withMask(place: Label, { bits }: Vec, body: (mask: Vec) => void): void {
    this.scope(() => {
      const mask = { ...this.vector(), bits };
      this.vmovups(mask, mem(place));
      body(mask);
    });
  }

  /** Registers and cursors that `body` takes are free again after it. */
  scope(body: () => void): void {
    this.scopes.push([]);
    const { cursors } = this;
    this.cursors = [...cursors];
    body();
    this.cursors = cursors;
    for (const release of this.scopes.pop()?.toReversed() ?? []) release();
  }

  /** Runs `body` that many times. */
  loop(count: number, body: () => void): void {
    if (count <= 0) return;
    if (count === 1) {
      this.scope(body);
      return;
    }
    const counter = this.general.take();
    this.movImmediate(counter, count);
    const top = this.here();
    const outside = this.reaches;
    const before = this.cursors.map(({ offset }) => offset);
    this.reaches = new Map();
    this.depth++;
    this.scope(body);
    this.depth--;
    this.sub(counter, 1);
    this.jne(top);
    this.general.release(counter);

    const inside = this.reaches;
    this.reaches = outside;
    const steps = new Map(
      this.cursors.map((cursor, i) => [cursor, cursor.offset - (before[i] ?? 0)]),
    );
    for (const [cursor, { from, to }] of inside) {
      let mover = cursor;
      while (mover.depth > this.depth && mover.parent !== undefined) mover = mover.parent;
      const way = (count - 1) * (steps.get(mover) ?? 0);
      this.reach(mover, from + Math.min(0, way), to + Math.max(0, way));
    }
    for (const [cursor, step] of steps) cursor.offset += (count - 1) * step;
  }

  /** @internal */
  fork(parent: Cursor, bytes: number): Cursor {
    const register = this.general.take();
    this.scopes.at(-1)?.push(() => this.general.release(register));
    if (bytes === 0) this.mov(register, parent.register);
    else this.lea(register, mem(parent.register, bytes));
    const { argument, offset } = parent;
    const cursor = new Cursor(this, register, argument, parent, this.depth, offset + bytes);
    this.cursors.push(cursor);
    return cursor;
  }

  /** The code with its constants behind it. */
  finish(): KernelCode {
    if (this.hasTiles) this.tilerelease();
    this.ret();
    this.out.align(argumentBytes);
    for (const [words, label] of this.constants) {
      this.bind(label);
      for (const word of words.split(' ')) this.out.word(Number(word));
    }
    const reaches = this.arguments.map(({ argument }) => {
      const own = [...this.reaches].filter(([cursor]) => cursor.argument === argument);
      if (own.length === 0) return undefined;
      const from = Math.min(...own.map(([, reach]) => reach.from));
      return { from, to: Math.max(...own.map(([, reach]) => reach.to)) };
    });
    return { code: this.code(), reaches };
  }

  protected override touch(at: Mem, bytes: number, lane: number): void {
    if (at.base.kind === 'label') return;
    const { cursor, disp, mask, broadcast } = at as Partial<CursorMem> & Mem;
    if (cursor === undefined || at.index !== undefined)
      throw internalError('a kernel reaches memory without a cursor');
    const touched = mask === undefined || broadcast === true ? bytes : lane * mask.lanes;
    const start = cursor.offset + disp;
    this.reach(cursor, start, start + touched);
  }

  /** A tile is read and written row by row, and multiplied only where shapes fit: the CPU would end the process. */
  protected override touchTiles({ form }: Row, operands: readonly (Tile | Mem)[]): void {
    if (form === 'm' || form === 'none') return;
    const tiles = operands.filter((operand): operand is ShapedTile => operand.kind === 'tile');
    if (!this.hasTiles || tiles.some(({ rows }) => rows === undefined))
      throw internalError('a tile without a shape');
    if (form === 'ttt') requireProduct(tiles);
    const place = operands.find((operand) => operand.kind === 'mem');
    if (place === undefined) return;
    const { cursor, stride, disp } = place as Partial<CursorMem> & Mem;
    const [tile] = tiles;
    if (cursor === undefined || stride === undefined || tile === undefined)
      throw internalError('a kernel reaches memory without a cursor');
    const { from, to } = spanOfRows(tile, stride);
    this.reach(cursor, cursor.offset + disp + from, cursor.offset + disp + to);
  }

  private reach(cursor: Cursor, from: number, to: number): void {
    const known = this.reaches.get(cursor);
    const merged = {
      from: Math.min(from, known?.from ?? from),
      to: Math.max(to, known?.to ?? to),
    };
    this.reaches.set(cursor, merged);
  }

  /** Words of 32 bits among the code's constants, as an operand. */
  words(words: readonly number[]): Mem {
    return mem(this.constant(words));
  }

  /** The place of some words of 32 bits among the code's constants. */
  constant(words: readonly number[]): Label {
    const key = words.join(' ');
    const label = this.constants.get(key) ?? this.label();
    this.constants.set(key, label);
    return label;
  }
}

/** The register's shorter form that is the part: moved without a mask, which takes long where it crosses a cache line. */
function shorterOf(register: Vec, { lanes }: Part): Vec | undefined {
  if (lanes === 8 && register.bits === 512) return { ...register, bits: 256 };
  if (lanes === 4 && register.bits > 128) return { ...register, bits: 128 };
  return undefined;
}

function bitsOf(value: number): number[] {
  return [...new Int32Array(Float32Array.of(value).buffer)];
}
