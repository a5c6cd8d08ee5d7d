/** Engine `webgpu` in a browser, which has WebGPU itself. */
import { EngineError, reasonOf } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { type AdapterKind, type OpenedDevice, openDevice } from './device/adapter.js';
import { directLine } from './device/direct-line.js';
import type { Gpu } from './device/gpu-api.js';
import { Owner } from './device/owner.js';
import { type WebGpuEngine, type WebGpuOptions, webGpuEngine } from './webgpu.js';

const readOptions = optionReader<WebGpuOptions>('openBrowserGpuEngine', {
  adapter: true,
  tiles: true,
  winograd: true,
});

/** How long a browser may take to open the GPU: some start a process for it, and with a broken driver some never answer. */
const patienceMs = 30_000;

/**
 * Opens the browser's GPU. Elements on it cannot be waited for there: read them by `itemAsync()`, `toArrayAsync()` and
 * `dataAsync()`.
 *
 * @throws EngineError where the browser has no WebGPU, the machine no GPU, or nothing answers for 30 seconds; `openBrowserEngine()`
 *   opens everywhere
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
  const device = await inTime(navigator.gpu, adapter);
  return webGpuEngine(directLine(new Owner(device)), device.facts, settings);
}

/** @throws EngineError for whatever goes wrong, so that a page can fall back on the processor */
async function inTime(gpu: Gpu, kind: AdapterKind): Promise<OpenedDevice> {
  let isLate = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Error(`it has not answered for ${patienceMs / 1000} seconds`));
    }, patienceMs);
  });
  const opening = openDevice(gpu, kind);
  // Nobody has a use for it any more.
  void opening.then(({ device }) => isLate && device.destroy()).catch(() => {});
  try {
    return await Promise.race([opening, silence]);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const reason = reasonOf(cause);
    throw new EngineError(
      'webgpu',
      `the browser's GPU cannot be opened (${reason}); use openBrowserEngine()`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}
