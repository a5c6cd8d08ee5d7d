/** Whatever a browser does when it is asked for its GPU, a page is told in an error that it can fall back on. */
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EngineError } from '../../../src/core/errors.js';
import { openBrowserGpuEngine } from '../../../src/engine/webgpu/browser-engine.js';
import type { Gpu, GpuAdapter } from '../../../src/engine/webgpu/device/gpu-api.js';
import { MadeUp } from './made-up.js';

const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
afterEach(() => {
  mock.timers.reset();
  if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
  else Object.defineProperty(globalThis, 'navigator', before);
});

/** What opening says where the browser has that for a GPU. */
async function told(gpu: Partial<Gpu> | undefined): Promise<string> {
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return (await openBrowserGpuEngine()).adapter.description;
  } catch (error) {
    assert.ok(error instanceof EngineError, `${error}`);
    return error.detail;
  }
}

const never = new Promise<never>(() => {});

test('a browser without WebGPU, without a GPU, or with one', async () => {
  assert.match(await told(undefined), /^this browser has no WebGPU, .*use openBrowserEngine\(\)$/);
  assert.match(await told({ requestAdapter: async () => null }), /^there is no GPU that WebGPU/);
  assert.equal(await told(new MadeUp().gpu()), 'made up');
});

test('one that throws instead of answering, or says nothing of its adapter', async () => {
  const cannot = /^the browser's GPU cannot be opened \(.+\); use openBrowserEngine\(\)$/s;
  const throwing = () => Promise.reject(new TypeError('blocked by policy'));
  assert.match(await told({ requestAdapter: throwing }), cannot);
  assert.match(await told({}), cannot);
  assert.match(await told({ requestAdapter: async () => ({}) as GpuAdapter }), cannot);
});

test('one that never answers is given half a minute, and what comes later is given up', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const made = new MadeUp();
  const adapter = await made.gpu().requestAdapter();
  let hand = (_: GpuAdapter | null) => {};
  const late = new Promise<GpuAdapter | null>((resolve) => {
    hand = resolve;
  });
  for (const requestAdapter of [() => never, () => late]) {
    const text = told({ requestAdapter });
    mock.timers.tick(29_999);
    await setImmediate();
    mock.timers.tick(1);
    assert.match(await text, /cannot be opened \(it has not answered for 30 seconds\)/);
  }
  hand(adapter);
  assert.equal((await made.device.lost).reason, 'destroyed');
});
