/** Opens engine `wasm` in a browser, where loading takes a promise. */
import { ValueError } from '../../core/errors.js';
import { browserHost } from '../pool/browser-host.js';
import { fetchKernels } from './browser-kernels.js';
import { openWasmEngine, type WasmEngine, type WasmEngineOptions } from './wasm.js';

/**
 * Engine `wasm` in a browser, for `useEngine`. It has threads where the page is cross-origin isolated, that is, where it and
 * its scripts are served with `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`;
 * elsewhere it runs on the calling thread alone, in memory of its own that tensors are copied into and out of.
 *
 * Training keeps the calling thread busy, so call it in a Worker of your own: on the thread of a page it works too, but
 * the page stands still meanwhile.
 *
 * @throws EngineError when the kernels or a helper thread cannot be loaded
 * @example useEngine(await openBrowserEngine());
 */
export async function openBrowserEngine(options: WasmEngineOptions = {}): Promise<WasmEngine> {
  const host = browserHost();
  const kernels = await fetchKernels(options.kernels, host.sharesMemory);
  const { threads = 1 } = options;
  if (threads > 1 && !host.sharesMemory)
    throw new ValueError(
      'openBrowserEngine',
      `threads=${threads} need shared memory, which this page has not; serve it with the headers ` +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave threads out',
    );
  const engine = openWasmEngine(options, host, kernels);
  try {
    await host.helpersStarted();
  } catch (error) {
    engine.stop();
    throw error;
  }
  return engine;
}
