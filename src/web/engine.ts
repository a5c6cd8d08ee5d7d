import { engineReport, useEngine } from '../engine/select.js';
import { openBrowserEngine } from '../engine/wasm/browser-engine.js';

let opening: Promise<void> | null = null;

/** Opens the fast engine where nobody has chosen one: without it, a browser computes in plain TypeScript. */
export async function ensureEngine(): Promise<void> {
  if (engineReport().problem === undefined) return; // chosen, or the best there is
  // Threads are a gift: where their script is not there, one thread does.
  opening ??= openBrowserEngine()
    .catch(() => openBrowserEngine({ threads: 1 }))
    .then(useEngine);
  try {
    await opening;
  } finally {
    opening = null;
  }
}
