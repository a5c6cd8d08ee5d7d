/** Small WebAssembly modules for pictures. This file alone knows how one is loaded; who uses one says what it exports. */

/**
 * The exports of a module without imports, given in base64; null where the host cannot run it (no SIMD).
 * `T` is what the module's source declares, which nothing here can check.
 */
export function loadKernels<T extends object>(base64: string): T | null {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return null;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as T;
}

/** The memory of such a module. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

/** Makes the memory at least `bytes` long. */
export function reserve(memory: KernelMemory, bytes: number): void {
  const lacking = bytes - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / 65536));
}
