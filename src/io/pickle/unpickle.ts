/**
 * Reads Python pickles (protocols 0–5) without being able to run code. A pickle is a program for a small stack machine,
 * two of whose instructions call whatever Python function the file names; here they can call only what an allow-list
 * offers, which makes plain values. Anything else is an error that names what was asked for.
 *
 * The machine: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
import { DataError, WickError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';
import {
  Allowance,
  baseBytes,
  cost,
  maxMarks,
  maxMemo,
  maxStack,
  requireShallow,
} from './allowance.js';
import { ByteReader } from './byte-reader.js';
import { GlobalReference, lookUp, type PickleGlobals, pythonGlobals } from './globals.js';
import {
  parseFloatLiteral,
  parseIntLiteral,
  parseLiteral,
  parseLong,
  parseRawUnicode,
} from './text.js';

export interface UnpickleOptions {
  /** The file, for messages. */
  readonly path: string;
  /** The class of its errors. @default DataError */
  readonly error?: new (
    path: string,
    detail: string,
  ) => WickError;
  /** What may be made besides Python's plain values. */
  readonly globals?: PickleGlobals;
  /** Finds what the pickle keeps outside (`.pth` files: the tensors' storages). */
  readonly persistentLoad?: (id: unknown) => unknown;
  /** Where the pickle begins. @default 0 */
  readonly offset?: number;
  /** The most that its values may take. @default 64 MiB and twice the bytes from `offset` on */
  readonly memoryBytes?: number;
}

/** A pickle's value, and where the next one would begin. */
export interface Unpickled {
  readonly value: unknown;
  readonly end: number;
}

/**
 * Reads one pickle. Lists and tuples (frozen) become arrays, dicts `Map`s, sets `Set`s, bytes `Uint8Array`s (of `bytes`
 * itself, not copied), None null, whole numbers beyond 2⁵³ bigints; Python 2's strings are taken as Latin-1. What it makes may
 * take twice its bytes and 64 MiB, and lie in each other 1000 deep.
 *
 * @throws DataError when it is damaged, asks for too much or for anything that is not on the list
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): Unpickled {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Machine(buffer, options).run();
}

const MAX_LONG_BYTES = 4096;

class Machine {
  private readonly reader: ByteReader;
  private readonly globals: PickleGlobals;
  private stack: unknown[] = [];
  /** The stacks below the marks. */
  private readonly marked: unknown[][] = [];
  private readonly memo = new Map<number, unknown>();
  /** What made an object, for its state. */
  private readonly madeBy = new WeakMap<object, GlobalReference>();
  private readonly known = new Map<string, GlobalReference>();
  private readonly allowance: Allowance;
  private readonly fail: (detail: string) => Error;

  constructor(
    buffer: Buffer,
    private readonly options: UnpickleOptions,
  ) {
    const { path, error = DataError, offset = 0, globals } = options;
    const { memoryBytes = baseBytes + 2 * (buffer.length - offset) } = options;
    this.fail = (detail) => new error(path, detail);
    this.reader = new ByteReader(buffer, this.fail, offset);
    this.globals = { ...pythonGlobals, ...globals };
    this.allowance = new Allowance(memoryBytes, (detail) => this.reader.fail(detail));
  }

  run(): Unpickled {
    const { reader } = this;
    for (;;) {
      const opcode = reader.byte();
      if (opcode === STOP) {
        const value = this.pop();
        requireShallow(value, (detail) => reader.fail(detail));
        return { value, end: reader.offset };
      }
      const execute = instructions.get(opcode);
      if (execute === undefined)
        throw reader.fail(
          `instruction 0x${opcode.toString(16).padStart(2, '0')} is unknown or not allowed`,
        );
      execute(this, reader);
    }
  }

  /** Puts a value on the stack; `bytes` is what it takes itself, if it is new. */
  push(value: unknown, bytes = 0): void {
    this.allowance.charge(cost.place + bytes);
    if (this.stack.push(value) > maxStack)
      throw this.reader.fail(`over ${maxStack.toLocaleString('en')} values are on the stack`);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw this.reader.fail('a value is used that is not there');
    return this.stack.pop();
  }

  top(): unknown {
    if (this.stack.length === 0) throw this.reader.fail('a value is used that is not there');
    return this.stack[this.stack.length - 1];
  }

  mark(): void {
    this.allowance.charge(cost.list);
    if (this.marked.push(this.stack) > maxMarks)
      throw this.reader.fail(`over ${maxMarks.toLocaleString('en')} marks are open`);
    this.stack = [];
  }

  /** What was pushed since the last mark. */
  popMark(): unknown[] {
    const items = this.stack;
    const below = this.marked.pop();
    if (below === undefined) throw this.reader.fail('a mark is used that is not there');
    this.stack = below;
    return items;
  }

  store(index: number): void {
    this.allowance.charge(cost.entry);
    this.memo.set(index, this.top());
    if (this.memo.size > maxMemo)
      throw this.reader.fail(`over ${maxMemo.toLocaleString('en')} values are kept for later`);
  }

  memoize(): void {
    this.store(this.memo.size);
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw this.reader.fail(`value ${index} is used before it is stored`);
    this.push(this.memo.get(index));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list) || Object.isFrozen(list)) throw this.reader.fail('appends to no list');
    this.allowance.charge(cost.item * items.length);
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0)
      throw this.reader.fail('sets items of no dict');
    this.allowance.charge(cost.entry * items.length);
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw this.reader.fail('adds to no set');
    this.allowance.charge(cost.entry * items.length);
    for (const item of items) set.add(item);
  }

  pushGlobal(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.reader.fail(`${show(module)} and ${show(name)} name nothing`);
    const path = `${module} ${name}`;
    const known = this.known.get(path) ?? lookUp(this.globals, path, this.fail);
    this.known.set(path, known);
    this.push(known);
  }

  call(callee: unknown, args: unknown): void {
    if (!(callee instanceof GlobalReference) || callee.global.construct === undefined)
      throw this.reader.fail('calls something that cannot be called');
    if (!Array.isArray(args)) throw this.reader.fail('calls without a tuple of arguments');
    this.allowance.charge(cost.object);
    this.allowance.chargeCopy(args);
    const value = this.guarded(callee, () => callee.global.construct?.(args));
    if (typeof value === 'object' && value !== null) this.madeBy.set(value, callee);
    this.push(value);
  }

  build(): void {
    const state = this.pop();
    const object = this.top();
    const maker = typeof object === 'object' && object !== null && this.madeBy.get(object);
    if (!maker || maker.global.setState === undefined)
      throw this.reader.fail('gives a state to something that takes none');
    if (Array.isArray(state)) this.allowance.chargeCopy(state);
    this.guarded(maker, () => maker.global.setState?.(object, state));
  }

  persistent(id: unknown): void {
    const { persistentLoad } = this.options;
    if (persistentLoad === undefined)
      throw this.reader.fail('it refers to data outside the pickle, which only .pth files have');
    this.push(persistentLoad(id), cost.object);
  }

  /** Entries of the allow-list throw TypeErrors at arguments that make no sense. */
  private guarded<V>({ name }: GlobalReference, run: () => V): V {
    try {
      return run();
    } catch (cause) {
      if (cause instanceof WickError || !(cause instanceof Error)) throw cause;
      throw this.reader.fail(`${name.replace(' ', '.')}: ${cause.message}`);
    }
  }
}

const STOP = 0x2e;

type Instruction = (machine: Machine, reader: ByteReader) => void;

const text = (reader: ByteReader) => reader.line().toString('utf8');

const parsed = <V>(reader: ByteReader, what: string, value: V | null): V => {
  if (value === null) throw reader.fail(`not ${what}`);
  return value;
};

const emptyTuple: readonly unknown[] = Object.freeze([]);

function pushTuple(machine: Machine, items: readonly unknown[]): void {
  machine.push(Object.freeze([...items]), cost.list + cost.place * items.length);
}

/** A text in Latin-1, or in UTF-8. */
function pushText(machine: Machine, bytes: Buffer, encoding: 'latin1' | 'utf8'): void {
  const text = bytes.toString(encoding);
  machine.push(text, cost.text + (encoding === 'latin1' ? 1 : 2) * text.length); // as V8 keeps them
}

function pushParsed(machine: Machine, line: Buffer, parse: (line: string) => string): void {
  machine.push(parse(line.toString('latin1')), cost.text + 2 * line.length);
}

function pushTable(machine: Machine, table: Map<unknown, unknown> | Set<unknown>): void {
  machine.push(table, cost.table + cost.entry * table.size);
}

function int(reader: ByteReader): unknown {
  const line = text(reader);
  if (line === '00' || line === '01') return line === '01'; // protocol 0 has no other booleans
  return parsed(reader, 'a whole number', parseIntLiteral(line));
}

function long(reader: ByteReader, length: number): unknown {
  if (length > MAX_LONG_BYTES || length < 0)
    throw reader.fail(`a whole number of ${length} bytes, ${MAX_LONG_BYTES} are allowed`);
  return parseLong(reader.take(length));
}

function pairs(items: readonly unknown[], reader: ByteReader): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw reader.fail('a dict has a key without a value');
  return new Map(
    Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i], items[2 * i + 1]]),
  );
}

/** Python's names of the instructions are in the comments. */
const instructions = new Map<number, Instruction>([
  // Stack and memo: MARK POP POP_MARK DUP PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET
  [0x28, (m) => m.mark()],
  [0x30, (m) => m.pop()],
  [0x31, (m) => m.popMark()],
  [0x32, (m) => m.push(m.top())],
  [0x70, (m, r) => m.store(Number(text(r)))],
  [0x71, (m, r) => m.store(r.byte())],
  [0x72, (m, r) => m.store(r.uint32())],
  [0x94, (m) => m.memoize()],
  [0x67, (m, r) => m.recall(Number(text(r)))],
  [0x68, (m, r) => m.recall(r.byte())],
  [0x6a, (m, r) => m.recall(r.uint32())],

  // Constants and numbers: NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x49, (m, r) => m.push(int(r))],
  [0x4a, (m, r) => m.push(r.int32())],
  [0x4b, (m, r) => m.push(r.byte())],
  [0x4d, (m, r) => m.push(r.uint16())],
  [
    0x4c,
    (m, r) =>
      m.push(parsed(r, 'a whole number', parseIntLiteral(text(r).replace(/L$/, ''))), cost.number),
  ],
  [0x8a, (m, r) => m.push(long(r, r.byte()), cost.number)],
  [0x8b, (m, r) => m.push(long(r, r.int32()), cost.number)],
  [0x46, (m, r) => m.push(parsed(r, 'a number', parseFloatLiteral(text(r))), cost.number)],
  [0x47, (m, r) => m.push(r.float64(), cost.number)],

  // Texts: STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8
  [0x53, (m, r) => pushParsed(m, r.line(), (line) => parsed(r, 'a text', parseLiteral(line)))],
  [0x54, (m, r) => pushText(m, r.take(r.int32()), 'latin1')],
  [0x55, (m, r) => pushText(m, r.take(r.byte()), 'latin1')],
  [0x56, (m, r) => pushParsed(m, r.line(), parseRawUnicode)],
  [0x58, (m, r) => pushText(m, r.take(r.uint32()), 'utf8')],
  [0x8c, (m, r) => pushText(m, r.take(r.byte()), 'utf8')],
  [0x8d, (m, r) => pushText(m, r.take(r.length64()), 'utf8')],

  // Bytes: BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8
  [0x42, (m, r) => m.push(r.take(r.uint32()), cost.list)],
  [0x43, (m, r) => m.push(r.take(r.byte()), cost.list)],
  [0x8e, (m, r) => m.push(r.take(r.length64()), cost.list)],
  [0x96, (m, r) => m.push(r.take(r.length64()), cost.list)],

  // Tuples: EMPTY_TUPLE TUPLE1 TUPLE2 TUPLE3 TUPLE
  [0x29, (m) => m.push(emptyTuple)],
  [0x85, (m) => pushTuple(m, [m.pop()])],
  [0x86, (m) => pushTuple(m, [m.pop(), m.pop()].reverse())],
  [0x87, (m) => pushTuple(m, [m.pop(), m.pop(), m.pop()].reverse())],
  [0x74, (m) => pushTuple(m, m.popMark())],

  // Lists, dicts and sets: EMPTY_LIST LIST APPEND APPENDS EMPTY_DICT DICT SETITEM SETITEMS EMPTY_SET ADDITEMS FROZENSET
  [0x5d, (m) => m.push([], cost.list)],
  [0x6c, (m) => m.push(m.popMark(), cost.list)],
  [0x61, (m) => m.append([m.pop()])],
  [0x65, (m) => m.append(m.popMark())],
  [0x7d, (m) => pushTable(m, new Map())],
  [0x64, (m, r) => pushTable(m, pairs(m.popMark(), r))],
  [0x73, (m) => m.setItems([m.pop(), m.pop()].reverse())],
  [0x75, (m) => m.setItems(m.popMark())],
  [0x8f, (m) => pushTable(m, new Set())],
  [0x90, (m) => m.addItems(m.popMark())],
  [0x91, (m) => pushTable(m, new Set(m.popMark()))],

  // Objects: GLOBAL STACK_GLOBAL REDUCE NEWOBJ BUILD PERSID BINPERSID
  [0x63, (m, r) => m.pushGlobal(text(r), text(r))],
  [0x93, (m) => m.pushGlobal(...([m.pop(), m.pop()].reverse() as [unknown, unknown]))],
  [0x52, (m) => m.call(...([m.pop(), m.pop()].reverse() as [unknown, unknown]))],
  [0x81, (m) => m.call(...([m.pop(), m.pop()].reverse() as [unknown, unknown]))],
  [0x62, (m) => m.build()],
  [0x50, (m, r) => m.persistent(text(r))],
  [0x51, (m) => m.persistent(m.pop())],

  // Framing: PROTO FRAME
  [0x80, (_, r) => requireProtocol(r)],
  [0x95, (_, r) => void r.length64()],
]);

function requireProtocol(reader: ByteReader): void {
  const version = reader.byte();
  if (version > 5) throw reader.fail(`pickle protocol ${version}, 0 to 5 are known`);
}
