/**
 * The kernels for hosts that cannot share memory between threads. Both builds import shared memory; whether they do is one
 * bit in the list of imports, and nothing else in the code depends on it as long as one thread runs alone: atomic
 * instructions are valid on unshared memory, and that thread executes none.
 */
import { internalError } from '../../core/errors.js';

const headerBytes = 8;
const importSection = 2;
const kinds = { function: 0, memory: 2 };
const sharedFlag = 2;

/** A copy of a WebAssembly module that imports the same memory unshared. */
export function withUnsharedMemory(module: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(module);
  let at = headerBytes;
  const byte = () => bytes[at++] ?? 0;
  /** An unsigned number in LEB128: seven bits per byte, the lowest first. */
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const bits = byte();
      value |= (bits & 0x7f) << shift;
      if (bits < 0x80) return value;
    }
  };
  const skip = (count: number) => {
    at += count;
  };

  while (at < bytes.length) {
    const section = byte();
    const size = number();
    if (section !== importSection) {
      skip(size);
      continue;
    }
    for (let left = number(); left > 0; left--) {
      skip(number()); // name of the module
      skip(number()); // name within it
      const kind = byte();
      if (kind === kinds.memory) {
        bytes[at] = (bytes[at] ?? 0) & ~sharedFlag;
        return bytes;
      }
      if (kind !== kinds.function) break;
      number(); // its type
    }
    break;
  }
  throw internalError('the kernels do not import their memory');
}
