/** Fetches the kernels in a browser. */
import { EngineError, ValueError } from '../../core/errors.js';
import { withUnsharedMemory } from '../pool/unshared-memory.js';
import { type KernelBuild, type KernelModule, kernelFiles } from './kernel-files.js';

/** The build asked for, or the fastest that the browser takes; `shared`: whether their memory is. */
export async function fetchKernels(
  build: KernelBuild | undefined,
  shared: boolean,
): Promise<KernelModule> {
  const first = build ?? 'relaxed';
  const bytes = await fetchBytes(kernelFiles[first]());
  if (WebAssembly.validate(bytes)) return compile(bytes, first, shared);
  if (build !== undefined)
    throw new ValueError(
      'openBrowserEngine',
      `this browser has no ${build === 'relaxed' ? 'relaxed ' : ''}SIMD, which kernels: '${build}' needs`,
    );
  return compile(await fetchBytes(kernelFiles.simd()), 'simd', shared);
}

async function compile(
  bytes: Uint8Array,
  build: KernelBuild,
  shared: boolean,
): Promise<KernelModule> {
  return { module: await WebAssembly.compile(shared ? bytes : withUnsharedMemory(bytes)), build };
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new EngineError(
      'openBrowserEngine',
      `${url} answers ${response.status}; the file must lie beside the engine's scripts`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
