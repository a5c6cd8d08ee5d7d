/** Engine `webgpu` in a browser, which has WebGPU itself. */
import { EngineError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { openDevice } from './device/adapter.js';
import { directLine } from './device/direct-line.js';
import type { Gpu } from './device/gpu-api.js';
import { Owner } from './device/owner.js';
import { type WebGpuEngine, type WebGpuOptions, webGpuEngine } from './webgpu.js';

const readOptions = optionReader<WebGpuOptions>('openBrowserGpuEngine', {
  adapter: true,
  tiles: true,
  winograd: true,
});

/**
 * Opens the browser's GPU. Elements on it cannot be waited for there: read them by `itemAsync()`, `toArrayAsync()` and
 * `dataAsync()`.
 *
 * @throws EngineError where the browser has no WebGPU, or the machine no GPU; `openBrowserEngine()` opens everywhere
 * @example useEngine(await openBrowserGpuEngine().catch(() => openBrowserEngine()));
 */
export async function openBrowserGpuEngine(
  ...given: [options?: WebGpuOptions]
): Promise<WebGpuEngine> {
  const { adapter = 'gpu', ...settings } = readOptions(given);
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
  if (navigator?.gpu === undefined)
    throw new EngineError(
      'webgpu',
      'this browser has no WebGPU, or the page is not served by https or localhost; use openBrowserEngine()',
    );
  const device = await openDevice(navigator.gpu, adapter);
  return webGpuEngine(directLine(new Owner(device)), device.facts, settings);
}
