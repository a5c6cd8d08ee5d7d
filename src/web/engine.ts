import { engineReport, useEngine } from '../engine/select.js';
import { openBrowserEngine } from '../engine/wasm/browser-engine.js';
import { openBrowserGpuEngine } from '../engine/webgpu/browser-engine.js';
import type { WebGpuEngine, WebGpuOptions } from '../engine/webgpu/webgpu.js';

let opening: Promise<void> | null = null;

/** Opens the fast engine where nobody has chosen one: without it, a browser computes in plain TypeScript. */
export async function ensureEngine(): Promise<void> {
  if (engineReport().problem === undefined) return; // chosen, or the best there is
  opening ??= useFastEngine();
  try {
    await opening;
  } finally {
    opening = null;
  }
}

/** Opens the fast engine of the processor, and has it compute. */
export async function useFastEngine(): Promise<void> {
  // Threads are a gift: where their script is not there, one thread does.
  useEngine(await openBrowserEngine().catch(() => openBrowserEngine({ threads: 1 })));
}

/** Opens the GPU, and has it compute. @throws EngineError where there is none */
export async function useGpuEngine(options: WebGpuOptions): Promise<WebGpuEngine> {
  const engine = await openBrowserGpuEngine(options);
  useEngine(engine);
  return engine;
}
