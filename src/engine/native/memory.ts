/**
 * Memory that code runs in. It is written first and executable afterwards, never both at once, and never given back: code
 * is kept for all plans of the process.
 */
import { EngineError } from '../../core/errors.js';
import { lastErrno, openLibrary, type SharedLibrary } from '../ffi.js';

/** Copies code to where it can run and returns the address, which is good for every thread of the process. */
export type PlaceCode = (code: Uint8Array) => number;

/** @throws EngineError where the system has no such memory, when the memory is first used */
export function codeMemory(): PlaceCode {
  return process.platform === 'win32' ? windowsMemory() : posixMemory();
}

/** The system's own library, by platform; some call it otherwise. */
const systemLibraries: Readonly<Record<string, readonly string[]>> = {
  linux: ['libc.so.6', 'libc.musl-x86_64.so.1'],
  darwin: ['/usr/lib/libSystem.B.dylib'],
  freebsd: ['libc.so.7'],
  win32: ['kernel32.dll'],
};

/** Opens the first of the system's libraries that is there; koffi wants one opened in every thread that calls code. */
export function openSystemLibrary(): SharedLibrary {
  let refusal: unknown;
  for (const name of systemLibraries[process.platform] ?? [])
    try {
      return openLibrary('native', name);
    } catch (error) {
      refusal = error;
    }
  if (refusal !== undefined) throw refusal;
  throw new EngineError('native', `the system ${process.platform} is not known; use engine wasm`);
}

const pageBytes = 4096;
const readable = 1;
const writable = 2;
const executable = 4;
const isPrivate = 2;
const closedOnExec = 1;

/** Addresses of user space are below this; a call that failed returns −1 as an unsigned number. */
const endOfUserSpace = 2 ** 47;

function posixMemory(): PlaceCode {
  const library = openSystemLibrary();
  const mmap = library.func('uintptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)');
  const mprotect = library.func('int mprotect(uintptr_t, size_t, int)');
  const munmap = library.func('int munmap(uintptr_t, size_t)');
  const memcpy = library.func('void *memcpy(uintptr_t, const void *, size_t)');
  const anonymous = process.platform === 'linux' ? 0x20 : 0x1000;
  const map = (bytes: number, protection: number, flags: number, file: number) => {
    const at = Number(mmap(0, bytes, protection, flags, file, 0));
    if (at <= 0 || at >= endOfUserSpace) throw refused('mmap', lastErrno());
    return at;
  };

  return (code) => {
    const bytes = Math.ceil(code.length / pageBytes) * pageBytes;
    const at = map(bytes, readable | writable, isPrivate | anonymous, -1);
    memcpy(at, code, code.length);
    if (mprotect(at, bytes, readable | executable) === 0) return at;
    const errno = lastErrno();
    munmap(at, bytes);
    if (process.platform !== 'linux') throw refused('mprotect', errno);
    return placeInFile(library, map, code, errno);
  };
}

/** Where memory may not become executable (MDWE), a file without a name may still be mapped as code. */
function placeInFile(
  library: SharedLibrary,
  map: (bytes: number, protection: number, flags: number, file: number) => number,
  code: Uint8Array,
  errno: number,
): number {
  const file = library.func('int memfd_create(const char *, unsigned int)')('wick', closedOnExec);
  if (typeof file !== 'number' || file < 0) throw refused('mprotect', errno);
  try {
    const written = library.func('int64_t write(int, const void *, size_t)')(
      ...[file, code, code.length],
    );
    if (Number(written) !== code.length) throw refused('write', lastErrno());
    return map(code.length, readable | executable, isPrivate, file);
  } finally {
    library.func('int close(int)')(file);
  }
}

function windowsMemory(): PlaceCode {
  const library = openSystemLibrary();
  const allocate = library.func('uintptr_t VirtualAlloc(uintptr_t, size_t, uint32_t, uint32_t)');
  const protect = library.func('int VirtualProtect(uintptr_t, size_t, uint32_t, void *)');
  const move = library.func('void RtlMoveMemory(uintptr_t, const void *, size_t)');
  const lastError = library.func('uint32_t GetLastError()');
  const reservedAndCommitted = 0x3000;
  const readWrite = 0x04;
  const readExecute = 0x20;
  return (code) => {
    const at = Number(allocate(0, code.length, reservedAndCommitted, readWrite));
    if (at === 0) throw refused('VirtualAlloc', Number(lastError()));
    move(at, code, code.length);
    if (protect(at, code.length, readExecute, new Uint8Array(4)) === 0)
      throw refused('VirtualProtect', Number(lastError()));
    return at;
  };
}

function refused(call: string, code: number): EngineError {
  return new EngineError(
    'native',
    `the system refuses memory for code (${call}: error ${code}); use engine wasm`,
  );
}
