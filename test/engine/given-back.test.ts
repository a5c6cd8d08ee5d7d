/**
 * Engines, plans and helper threads that are dropped or disposed of give memory and threads back. The process has done the
 * same work before it is measured: code that is compiled and room that is kept for later are not what is looked for.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import {
  compile,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  setThreads,
  type Tensor,
  useEngine,
} from '../../src/index.js';
import { withoutNative } from './native/machine.js';
import { collectGarbage } from './pool/collect-garbage.js';

manualSeed(0);
const images = rand([8, 1, 28, 28]);
const labels = randint(10, [8]);

function training() {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { stride: 2 }),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(16 * 13 * 13, 10),
  );
  const optimizer = new optim.Adam(model.parameters());
  const step = (x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, step };
}

/** Threads of this process; undefined where the system does not tell. */
function threadCount(): number | undefined {
  return existsSync('/proc/self/task') ? readdirSync('/proc/self/task').length : undefined;
}

async function settled(): Promise<number> {
  for (let i = 0; i < 5; i++) await collectGarbage();
  return process.memoryUsage.rss();
}

/** Waits until `done()`, for threads end and allocators give back in their own time; returns whether it came true. */
async function eventually(done: () => boolean): Promise<boolean> {
  for (let i = 0; i < 100 && !done(); i++) {
    await collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return done();
}

/** After `work` there are as many threads as before, and the second time the process is at most 5 % larger. */
async function assertNothingStays(work: () => Promise<void> | void): Promise<void> {
  await settled();
  const threads = threadCount();
  await work();
  const before = await settled();
  await work();
  let rss = 0;
  const isBack = await eventually(() => {
    rss = process.memoryUsage.rss();
    return rss <= 1.05 * before && (threadCount() ?? 0) <= (threads ?? 0);
  });
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  assert.ok(
    isBack,
    `${megabytes(before)} MiB and ${threads} threads before, ${megabytes(rss)} and ${threadCount()} after`,
  );
}

afterEach(() => useEngine('reference'));

for (const engine of ['wasm', 'native'])
  describe(`engine ${engine}`, { skip: engine === 'native' && withoutNative }, () => {
    test('six changes of the number of threads, with eager and compiled steps between', async () => {
      useEngine(engine);
      setThreads(2);
      const { model, step } = training();
      const compiled = compile(step);
      compiled(images, labels).item();
      await assertNothingStays(async () => {
        for (const threads of [1, 2, 3, 4, 3, 2]) {
          setThreads(threads);
          compiled(images, labels).item();
          model.forward(images).sum().item();
          await collectGarbage();
        }
      });
    });

    test('200 compiled steps made and disposed of in one loop', async () => {
      useEngine(engine);
      setThreads(2);
      const { step } = training();
      await assertNothingStays(() => {
        for (let i = 0; i < 100; i++) {
          const compiled = compile(step);
          compiled(images, labels).item();
          compiled.dispose();
        }
      });
    });

    test('50 models made, trained and dropped', async () => {
      useEngine(engine);
      setThreads(2);
      await assertNothingStays(async () => {
        for (let i = 0; i < 25; i++) {
          compile(training().step)(images, labels).item();
          await collectGarbage();
        }
      });
    });
  });
