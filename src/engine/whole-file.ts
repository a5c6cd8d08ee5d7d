/**
 * Whether a shared library is all there. The system maps a file without reading it, and a part that is missing ends the
 * process by a signal as soon as it is touched: so what the file's head promises is compared with its size before.
 */
import { EngineError } from '../core/errors.js';

const magic = 0x7f454c46; // '\x7fELF'
const headBytes = 64;
const loaded = 1;

/** @throws EngineError where an ELF file is shorter than its head says; other files are left to the system */
export function requireWhole(engine: string, path: string): void {
  const fs = process.getBuiltinModule('node:fs');
  let file: number;
  try {
    file = fs.openSync(path, 'r');
  } catch {
    return; // A name that the system looks up, or a reason that it tells better.
  }
  try {
    const { size } = fs.fstatSync(file);
    const read = (bytes: number, position: number) => {
      const part = Buffer.alloc(bytes);
      return part.subarray(0, fs.readSync(file, part, 0, bytes, position));
    };
    const promised = promisedBytes(read);
    if (promised > size)
      throw new EngineError(
        engine,
        `${path}: has ${size} bytes, and its head promises ${promised}: the file is cut off; install it again`,
      );
  } finally {
    fs.closeSync(file);
  }
}

type Read = (bytes: number, position: number) => Buffer;

/** Bytes up to which the head of a 64-bit little-endian ELF file says that something lies; 0 for other files. */
function promisedBytes(read: Read): number {
  const head = read(headBytes, 0);
  if (head.length < 4 || head.readUInt32BE(0) !== magic) return 0;
  if (head.length < headBytes) return headBytes;
  const [is64Bit, isLittleEndian] = [head[4] === 2, head[5] === 1];
  if (!is64Bit || !isLittleEndian) return 0;
  const segments = {
    start: Number(head.readBigUInt64LE(32)),
    bytes: 0,
    each: head.readUInt16LE(54),
  };
  segments.bytes = segments.each * head.readUInt16LE(56);
  const sections = Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
  let end = Math.max(segments.start + segments.bytes, sections);
  const table = read(segments.bytes, segments.start);
  for (let at = 0; at + 56 <= table.length; at += segments.each) {
    if (table.readUInt32LE(at) !== loaded) continue;
    const [offset, bytes] = [table.readBigUInt64LE(at + 8), table.readBigUInt64LE(at + 32)];
    end = Math.max(end, Number(offset + bytes));
  }
  return end;
}

/** Runs `load`, which requires an addon; the file that Node is about to open for it must be whole. */
export function withWholeAddons<T>(engine: string, load: () => T): T {
  const open = process.dlopen;
  process.dlopen = (module: object, path: string, ...rest: [flags?: number]) => {
    requireWhole(engine, path);
    open.call(process, module, path, ...rest);
  };
  try {
    return load();
  } finally {
    process.dlopen = open;
  }
}
