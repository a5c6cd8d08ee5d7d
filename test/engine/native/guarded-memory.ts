/**
 * Memory that ends where nothing may be touched: emitted kernels run in it, each argument with the bytes that its kernel says it reaches, and
 * not one more. A kernel that touches others ends the process.
 */
import { functionAt } from '../../../src/engine/ffi.js';
import type { Kernel } from '../../../src/engine/native/kernels.js';
import { codeMemory, openSystemLibrary } from '../../../src/engine/native/memory.js';
import { emitRunner, runnerPrototype } from '../../../src/engine/native/runner.js';

/** On which side of an argument the memory ends. */
export type Side = 'before' | 'behind';

const page = 4096;
const roundUp = (bytes: number) => Math.ceil(bytes / page) * page;
/** Room for a kernel's arguments; as much as an offset of 32 bits reaches. */
const reserved = 2 ** 32 - page;
const [none, readable, writable] = [0, 1, 2];
const [isPrivate, anonymous, unreserved] = [2, 0x20, 0x4000];

/** Bytes of the list of a kernel's call before its arguments. */
const headBytes = 16;

/** What runs a kernel in guarded memory; on Linux. */
export function guardedRunner(): (kernel: Kernel, side: Side) => void {
  const library = openSystemLibrary();
  const mmap = library.func('uintptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)');
  const mprotect = library.func('int mprotect(uintptr_t, size_t, int)');
  const memcpy = library.func('void *memcpy(uintptr_t, const void *, size_t)');
  const flags = isPrivate | anonymous | unreserved;
  const base = Number(mmap(0, reserved, none, flags, -1, 0));
  const runner = functionAt(codeMemory()(emitRunner(process.platform)), runnerPrototype);
  const protect = (at: number, bytes: number, protection: number) => {
    if (mprotect(base + at, bytes, protection) !== 0) throw new Error(`mprotect of ${bytes} bytes`);
  };

  return ({ address, reaches }, side) => {
    const listBytes = headBytes + 8 * reaches.length;
    const tablesAt = roundUp(listBytes + 16);
    const tableBytes = tablesAt + roundUp(4 * (reaches.length + 1));
    protect(0, tableBytes, readable | writable);
    const opened = [{ at: 0, bytes: tableBytes }];
    let end = tableBytes;
    const operands = reaches.map((reach) => {
      if (reach === undefined) return { first: 0, byte: 0 };
      const bytes = reach.to - reach.from;
      const at = end + page; // Nothing between two arguments may be touched.
      protect(at, roundUp(bytes), readable | writable);
      opened.push({ at, bytes: roundUp(bytes) });
      end = at + roundUp(bytes);
      const first = side === 'before' ? at : end - bytes;
      memcpy(base + first, numbers(bytes), bytes);
      return { first, byte: -reach.from };
    });
    const list = new Uint32Array(listBytes / 4 + 2);
    list.set([address % 2 ** 32, Math.floor(address / 2 ** 32), listBytes]);
    operands.forEach(({ byte }, i) => {
      list.set([i + 1, byte], 4 + 2 * i);
    });
    memcpy(base, list, list.byteLength);
    memcpy(
      base + tablesAt,
      Uint32Array.of(0, ...operands.map(({ first }) => first)),
      4 * (operands.length + 1),
    );
    runner(base, base + tablesAt, 0);
    for (const { at, bytes } of opened) protect(at, bytes, none);
  };
}

/** Plain floats, and plain bfloat16 as well. */
function numbers(bytes: number): Uint8Array {
  const words = new Uint16Array(Math.ceil(bytes / 2));
  for (let i = 0; i < words.length; i++) words[i] = 0x3f00 + (i % 251);
  return new Uint8Array(words.buffer, 0, bytes);
}
