/**
 * The digits in headless Chromium: with shared memory and threads, without, and with both builds of the kernels. The
 * number of threads and the build decide the numbers, so Node must get the same, bit for bit.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { useEngine } from '../../src/browser.js';
import type { KernelBuild } from '../../src/engine/wasm/kernel-files.js';
import { openWasmEngine } from '../../src/engine/wasm/wasm.js';
import { openSite } from './site.js';
import { type DigitsResult, trainDigits } from './train-digits.js';
import { skip, visit } from './visit.js';

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
      const result = await visit(
        { isolated },
        {
          thread,
          steps: `${steps}`,
          ...(isolated && { threads: `${threads}` }), // one thread elsewhere, without being told
          ...(kernels === 'simd' && { kernels }), // relaxed where the browser takes it
        },
      );
      assert.equal(result.error, undefined);
      assert.deepEqual(result.engines[1], { engine: 'wasm', threads, kernels });
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
