/** Loads the kernels in Node. */
import { EngineError } from '../../core/errors.js';
import { nodeModule } from '../pool/node-module.js';
import { type KernelBuild, type KernelModule, kernelFiles } from './kernel-files.js';

/** The build asked for, or the fastest that the machine takes. */
export function loadNodeKernels(build?: KernelBuild): KernelModule {
  const bytes = read(build ?? 'relaxed');
  if (build === 'simd' || accepts(bytes))
    return { module: new WebAssembly.Module(bytes), build: build ?? 'relaxed' };
  if (build === 'relaxed')
    throw new EngineError('wasm', "this machine has no relaxed SIMD; use kernels: 'simd'");
  return { module: new WebAssembly.Module(read('simd')), build: 'simd' };
}

function read(build: KernelBuild): Uint8Array {
  return nodeModule('node:fs').readFileSync(kernelFiles[build]());
}

/** Node 20 has relaxed SIMD behind a flag, which is set only where it is needed: newer versions warn that they know none. */
function accepts(relaxed: Uint8Array): boolean {
  if (WebAssembly.validate(relaxed)) return true;
  if (!process.versions.node.startsWith('20.')) return false;
  nodeModule('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(relaxed);
}
