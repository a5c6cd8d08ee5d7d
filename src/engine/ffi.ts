/** Functions of shared libraries and of emitted code, through koffi: the one file that knows it. */
import { EngineError } from '../core/errors.js';
import { requireWhole, withWholeAddons } from './whole-file.js';

/** A native pointer, or bytes that one points to for the length of a call. */
export type NativePointer = bigint | Uint8Array | BigInt64Array | BigUint64Array | null;

export type NativeFunction = (...args: readonly unknown[]) => unknown;

export interface SharedLibrary {
  /** The function that a C prototype declares. Throws where the library has none of that name. */
  func(prototype: string): NativeFunction;
}

interface Koffi {
  load(path: string): SharedLibrary;
  proto(prototype: string): object;
  address(array: Uint8Array): bigint;
  errno(): number;
  decode(pointer: bigint, type: object): NativeFunction;
}

let loaded: Koffi | undefined;

/** koffi is installed where npm has a build of it for the machine; loaded when first needed. */
function koffi(engine = 'ffi'): Koffi {
  if (loaded !== undefined) return loaded;
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    const require = createRequire(import.meta.url);
    loaded = withWholeAddons(engine, () => require('koffi') as Koffi);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new EngineError(
      engine,
      `the package koffi cannot be loaded (${reason}); npm install --include=optional brings it`,
      {
        cause: error,
      },
    );
  }
  return loaded;
}

/** Throws where the package that calls native functions cannot be loaded. */
export function requireFfi(): void {
  koffi();
}

/** Opens a library for `engine`, by its path or by a name that the system looks up. */
export function openLibrary(engine: string, path: string): SharedLibrary {
  const { load: open } = koffi(engine);
  requireWhole(engine, path);
  try {
    return open(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error); // Names no file.
    throw new EngineError(engine, `${path}: ${reason}`, { cause: error });
  }
}

const prototypes = new Map<string, object>();

/**
 * The code at an address as a function of the calling thread, which must have opened a library before: without, koffi 3.3
 * crashes in threads other than the main one.
 */
export function functionAt(address: number, prototype: string): NativeFunction {
  const type = prototypes.get(prototype) ?? koffi().proto(prototype);
  prototypes.set(prototype, type);
  return koffi().decode(BigInt(address), type);
}

/** `errno` of the calling thread's last call. */
export function lastErrno(): number {
  return koffi().errno();
}

/** Where a buffer lies; stays true as long as the buffer lives. */
export function addressOf(buffer: ArrayBufferLike): bigint {
  return koffi().address(new Uint8Array(buffer));
}
