/**
 * What the page of `site.ts` runs: it trains, itself or in a Worker, with the settings in this file's own address, and
 * posts what came out.
 */
import { engineReport, openBrowserEngine, useEngine } from '../../src/browser.js';
import type { KernelBuild } from '../../src/engine/wasm/kernel-files.js';
import { type DigitsResult, trainDigits } from './train-digits.js';

declare const document: object | undefined;
declare class Worker {
  constructor(url: string, options: { type: 'module' });
}

/** What the page posts. */
export type PageResult = Partial<DigitsResult> & {
  /** Before the engine was opened, and after. */
  readonly engines: readonly object[];
  readonly error?: string;
};

const settings = new URL(import.meta.url).searchParams;
const asWorker = settings.get('thread') === 'worker' && typeof document !== 'undefined';
if (asWorker) new Worker(import.meta.url, { type: 'module' });
else await fetch('/result', { method: 'POST', body: JSON.stringify(await run()) });

async function run(): Promise<PageResult> {
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
