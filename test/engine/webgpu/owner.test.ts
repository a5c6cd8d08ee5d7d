/** What is said when a GPU fails, and what is kept while it lives, on a device that is made up: it computes nothing. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EngineError } from '../../../src/core/errors.js';
import { useEngine } from '../../../src/engine/select.js';
import { openDevice } from '../../../src/engine/webgpu/device/adapter.js';
import type { Gpu } from '../../../src/engine/webgpu/device/gpu-api.js';
import { compile, noGrad, ones, type Tensor } from '../../../src/index.js';
import { collectGarbage } from '../pool/collect-garbage.js';
import { MadeUp } from './made-up.js';

afterEach(() => useEngine('reference'));

const told = (text: RegExp) => (error: unknown) =>
  error instanceof EngineError && text.test(error.message);

test('a GPU without memory is an error that says what to do, at the next value that is read', async () => {
  const made = new MadeUp();
  useEngine(await made.open());
  const y = ones([4]).add(1);
  made.refuse('out-of-memory', 'Out of memory: allocating 4 GiB');
  made.refuse('validation', 'a buffer is invalid due to a previous error');
  const lacking = told(
    /^webgpu: the GPU has not enough memory \(Out of memory.*1\.0 GiB\); use smaller batches$/,
  );
  await assert.rejects(y.toArrayAsync(), lacking);
});

test('a tensor that no buffer can hold is refused before anything is sent, and nothing is lost', async () => {
  const made = new MadeUp({ maxStorageBufferBindingSize: 1023 });
  useEngine(await made.open());
  const y = ones([192]).add(1);
  assert.throws(() => ones([256]).sum(), told(/a tensor of 256 elements takes .* use smaller/));
  // 1,023 bytes are three grains of 256.
  assert.throws(() => ones([193]).sum(), told(/a tensor of 193 elements takes .* use smaller/));
  assert.equal((await y.dataAsync()).length, 192);
});

test('a GPU that is there and cannot be opened is an error with its name', async () => {
  const adapter = await new MadeUp().gpu().requestAdapter();
  const requestDevice = () => Promise.reject(new Error('out of handles'));
  const gpu: Gpu = { requestAdapter: async () => adapter && { ...adapter, requestDevice } };
  const cannot = told(/^webgpu: made up cannot be opened \(out of handles\); choose another/);
  await assert.rejects(openDevice(gpu, 'gpu'), cannot);
});

test('a GPU of which a browser tells two words is called by both', async () => {
  const adapter = await new MadeUp().gpu().requestAdapter();
  const described = async (info: object) => {
    const bare = { vendor: '', architecture: '', device: '', description: '', ...info };
    const gpu: Gpu = { requestAdapter: async () => adapter && { ...adapter, info: bare } };
    return (await openDevice(gpu, 'gpu')).facts.description;
  };
  assert.equal(await described({ vendor: 'nvidia', architecture: 'ampere' }), 'nvidia ampere');
  assert.equal(await described({ vendor: 'apple' }), 'apple');
  assert.equal(await described({ vendor: 'nvidia', description: 'RTX 4060' }), 'RTX 4060');
  assert.equal(await described({}), 'an adapter without a name');
});

test('an order that is refused is an error, and the first reason stays', async () => {
  const made = new MadeUp();
  useEngine(await made.open());
  const y = ones([4]).add(1);
  for (const message of ['no such binding\nand more', 'another'])
    made.refuse('validation', message);
  const refused = told(
    /^webgpu: the GPU refused an order \(no such binding\); choose another engine/,
  );
  await assert.rejects(y.toArrayAsync(), refused);
  made.refuse('internal', 'a third');
  await assert.rejects(y.toArrayAsync(), refused);
  assert.deepEqual(made.printed, [], 'Dawn prints on stdout what nobody catches');
});

test('a GPU that is lost while an answer is waited for has ended', async () => {
  const made = new MadeUp();
  const engine = await made.open();
  useEngine(engine);
  const y = ones([4]).add(1);
  assert.deepEqual(await y.toArrayAsync(), [0, 0, 0, 0]);
  assert.equal(engine.ended, false);
  made.lose({ reason: 'unknown', message: 'the driver was reset' });
  const lost = told(/the GPU was lost \(the driver was reset\).*wick train --resume$/);
  await assert.rejects(y.mul(2).toArrayAsync(), lost);
  assert.equal(engine.ended, true);
});

test('values that are asked for together are waited for together, four at most', async () => {
  const made = new MadeUp();
  useEngine(await made.open());
  let map = () => {};
  made.mapped = new Promise((resolve) => {
    map = resolve;
  });
  const results = [1, 2, 3, 4, 5].map((n) => ones([4]).add(n));
  await setImmediate();
  const before = made.submits;
  const values = results.map((y) => y.toArrayAsync());
  await setImmediate();
  assert.equal(made.submits - before, 4, 'each answer has memory to land in');
  map();
  assert.deepEqual((await Promise.all(values)).flat(), Array(20).fill(0));
});

test('orders go on while values are waited for, and who waits is told when the GPU is lost', async () => {
  const made = new MadeUp();
  useEngine(await made.open());
  const [x, y] = [ones([4]).add(1), ones([4]).add(2)];
  let unmap = (_: Error) => {};
  made.mapped = new Promise((_, reject) => {
    unmap = reject;
  });
  const values = [x.toArrayAsync(), y.toArrayAsync()];
  await setImmediate();
  const before = made.submits;
  const z = x.mul(2);
  await setImmediate();
  assert.equal(made.submits - before, 1);
  assert.equal(z.device, 'gpu');
  made.lose({ reason: 'unknown', message: 'the driver was reset' });
  unmap(new Error('AbortError'));
  for (const value of values) await assert.rejects(value, told(/the GPU was lost/));
});

test('what a device came from lives as long as it does', async () => {
  const made = new MadeUp();
  let gpu: Gpu | undefined = made.gpu();
  const seen = new WeakRef(gpu);
  const engine = await made.open(gpu);
  gpu = undefined;
  await collectGarbage();
  await collectGarbage();
  assert.ok(seen.deref() !== undefined);
  assert.equal(engine.adapter.description, 'made up');
});

test('steps leave as many buffers as there were', async () => {
  const engine = await new MadeUp().open();
  useEngine(engine);
  const w = ones([16]);
  const step = compile((x: Tensor) => noGrad(() => w.add_(x.mul(0.5)).sum()));
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) await step(ones([16])).itemAsync();
    await collectGarbage();
    await collectGarbage();
    return engine.counts();
  };
  const before = await run(20);
  const after = await run(500);
  assert.equal(after.buffers, before.buffers);
  assert.equal(after.plans, before.plans);
});

test('of shaders for ever new shapes those are kept that were asked for last', async () => {
  const engine = await new MadeUp().open();
  useEngine(engine);
  for (let n = 1; n <= 1100; n++) ones([n]).neg();
  assert.equal((await engine.counts()).pipelines, 1024);
});
