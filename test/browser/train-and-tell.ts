/** A training in a page or a Worker: what the page of `site.ts` posts of it. */
import { engineReport, openBrowserEngine, useEngine } from '../../src/browser.js';
import type { KernelBuild } from '../../src/engine/wasm/kernel-files.js';
import { type DigitsResult, trainDigits } from './train-digits.js';

/** What the page posts. */
export type PageResult = Partial<DigitsResult> & {
  /** Before the engine was opened, and after. */
  readonly engines: readonly object[];
  readonly error?: string;
};

/** Opens the engine, trains with it and says how it went. */
export async function trainAndTell(settings: URLSearchParams): Promise<PageResult> {
  const engines: object[] = [engineReport()];
  const threads = settings.get('threads');
  const kernels = settings.get('kernels') as KernelBuild | null;
  try {
    const engine = await openBrowserEngine({
      ...(threads !== null && { threads: Number(threads) }),
      ...(kernels !== null && { kernels }),
    });
    useEngine(engine);
    engines.push(engineReport());
    const steps = Number(settings.get('steps'));
    const result = await trainDigits(new URL('/digits/', import.meta.url), steps);
    engine.stop();
    return { engines, ...result };
  } catch (error) {
    return { engines, error: String(error) };
  }
}
