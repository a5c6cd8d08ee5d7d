/**
 * The digits in headless Chromium: with shared memory and threads, without, and with both builds of the kernels. The
 * number of threads and the build decide the numbers, so Node must get the same, bit for bit.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { useEngine } from '../../src/browser.js';
import type { KernelBuild } from '../../src/engine/wasm/host.js';
import { openWasmEngine } from '../../src/engine/wasm/wasm.js';
import { findChromium, openBrowser } from './chromium.js';
import type { PageResult } from './page.js';
import { openSite } from './site.js';
import { type DigitsResult, trainDigits } from './train-digits.js';

const chromium = findChromium();
const skip = chromium === undefined && 'no Chromium on the PATH; WICK_CHROMIUM may name one';
const patience = 90_000;

/** What the page posts after a visit with these settings. */
async function visit(isolated: boolean, settings: Record<string, string>): Promise<PageResult> {
  const site = await openSite({ isolated });
  const browser = openBrowser(chromium ?? '', `${site.url}?${new URLSearchParams(settings)}`);
  const cancel = new AbortController();
  try {
    const result = await Promise.race([
      site.result,
      setTimeout(patience, undefined, { signal: cancel.signal }),
    ]);
    assert.ok(result, `the page has posted nothing for ${patience / 1000} s: ${browser.log}`);
    return result;
  } finally {
    cancel.abort();
    await browser.close();
    site.close();
  }
}

/** The same in Node. */
async function inNode(threads: number, kernels: KernelBuild, steps: number): Promise<DigitsResult> {
  const site = await openSite({ isolated: false });
  const engine = openWasmEngine({ threads, kernels });
  useEngine(engine);
  try {
    return await trainDigits(new URL('digits/', site.url), steps);
  } finally {
    engine.stop();
    site.close();
  }
}

after(() => useEngine('reference'));

const before = {
  engine: 'reference',
  threads: 1,
  problem:
    'wasm: cannot be loaded (wasm: this is not Node; in a browser call useEngine(await openBrowserEngine()) first); ' +
    'choose reference, which runs anywhere',
};

/** 5,000 digits in batches of 32. */
const epoch = 157;

describe('the digits give the same losses and accuracy as in Node', { skip }, () => {
  const cases = [
    { isolated: true, thread: 'worker', threads: 2, kernels: 'relaxed', steps: epoch },
    { isolated: true, thread: 'page', threads: 2, kernels: 'simd', steps: 20 },
    { isolated: false, thread: 'worker', threads: 1, kernels: 'relaxed', steps: epoch },
    { isolated: false, thread: 'page', threads: 1, kernels: 'simd', steps: 20 },
  ] as const;
  for (const { isolated, thread, threads, kernels, steps } of cases)
    test(`${isolated ? 'isolated' : 'not isolated'}, on the thread of a ${thread}, ${threads} threads, ${kernels}, ${steps} steps`, async (t) => {
      const result = await visit(isolated, {
        thread,
        steps: `${steps}`,
        ...(isolated && { threads: `${threads}` }), // one thread elsewhere, without being told
        ...(kernels === 'simd' && { kernels }), // relaxed where the browser takes it
      });
      assert.equal(result.error, undefined);
      assert.deepEqual(result.engines, [before, { engine: 'wasm', threads, kernels }]);
      const node = await inNode(threads, kernels, steps);
      t.diagnostic(
        `accuracy ${result.accuracy}, images/s ${result.imagesPerSecond?.toFixed(0)} ` +
          `(Node ${node.imagesPerSecond.toFixed(0)})`,
      );
      assert.equal(node.losses.length, steps);
      assert.deepEqual(result.losses, node.losses);
      assert.equal(result.accuracy, node.accuracy);
      assert.ok(node.accuracy > (steps === epoch ? 0.9 : 0.3), `${node.accuracy}`);
    });
});

test('more threads than a page without isolation can have are an error', { skip }, async () => {
  const { error } = await visit(false, { thread: 'page', threads: '3' });
  assert.equal(
    error,
    'ValueError: openBrowserEngine: threads=3 need shared memory, which this page has not; serve it with the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave threads out',
  );
});
