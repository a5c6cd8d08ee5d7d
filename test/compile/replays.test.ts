/** What a compiled step keeps, and what it does where memory ends. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { nodeHost } from '../../src/engine/pool/node-host.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import {
  compile,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  type Tensor,
  useEngine,
  zeros,
} from '../../src/index.js';
import { mnistCnn } from '../../src/vision/models/mnist-cnn.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { collectGarbage } from '../engine/pool/collect-garbage.js';
import { dryEngine } from './dry-engine.js';

const engines: WasmEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
});

/** A new engine of two threads, in use, and its memory, which its helper is given. */
function freshEngine(): { readonly engine: WasmEngine; readonly memory: WebAssembly.Memory } {
  let memory: WebAssembly.Memory | undefined;
  const engine = openWasmEngine(
    { threads: 2 },
    {
      ...nodeHost,
      startHelper(start) {
        memory = start.memory;
        return nodeHost.startHelper(start);
      },
    },
  );
  engines.push(engine);
  useEngine(engine);
  assert.ok(memory !== undefined);
  return { engine, memory };
}

/** A training step of `model`, compiled, and the parts of it. */
function training(model: nn.Module, optimizer: optim.Optimizer) {
  return compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
}

function mnist() {
  manualSeed(1);
  const model = mnistCnn();
  return { model, step: training(model, new optim.Adam(model.parameters())) };
}

const images = (n: number) => [rand([n, 1, 28, 28]), randint(10, [n])] as const;

test('a thousand replays of an MNIST step keep nothing', async () => {
  const { memory } = freshEngine();
  const { step } = mnist();
  const batches = Array.from({ length: 4 }, () => images(8));
  const run = (count: number) => {
    for (let i = 0; i < count; i++) step(...(batches[i % 4] ?? images(8))).item();
  };
  const kept = () => ({
    wasm: memory.buffer.byteLength,
    resources: process.getActiveResourcesInfo().length,
    programs: step.programs,
    bytes: step.bytes,
  });
  run(1000); // Until then V8's heap finds its size.
  await collectGarbage();
  const [before, rss] = [kept(), process.memoryUsage.rss()];
  run(1000);
  await collectGarbage();
  assert.deepEqual(kept(), before);
  const grown = process.memoryUsage.rss() - rss;
  assert.ok(grown < 4 << 20, `${grown} bytes`);
});

test('two runs of the same training are bit-identical', () => {
  freshEngine();
  const run = () => {
    const { model, step } = mnist();
    const losses = Array.from({ length: 20 }, () => step(...images(8)).item());
    return [losses, ...model.parameters().map(({ data }) => data.slice())];
  };
  assert.deepEqual(run(), run());
});

test('a smaller last batch has a plan of its own, and both go on from the same weights', () => {
  freshEngine();
  const run = (sizes: readonly number[], compiled: boolean) => {
    const { step } = mnist();
    const losses = sizes.map((n) => {
      const batch = images(n);
      return step(...batch).item();
    });
    assert.equal(step.programs, compiled ? new Set(sizes).size : 0);
    return losses;
  };
  const losses = run([8, 8, 3, 8, 3], true);
  useEngine('reference');
  for (const [i, loss] of run([8, 8, 3, 8, 3], true).entries())
    assert.ok(Math.abs(loss - (losses[i] ?? Number.NaN)) < 1e-4, `${losses}, reference ${loss}`);
});

test('a plan beyond 4 GiB is refused before anything runs, and leaves nothing behind', () => {
  const { memory } = freshEngine();
  manualSeed(2);
  const model = resnet18({ numClasses: 10 });
  const step = training(model, new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }));
  const weights = () => model.conv1.weight.data.slice();
  const before = { bytes: memory.buffer.byteLength, weights: weights() };
  for (let i = 0; i < 3; i++)
    assert.throws(() => step(zeros([256, 3, 224, 224]), zeros([256], { dtype: 'int32' })), {
      name: 'EngineError',
      message:
        /^wasm: \d+\.\d\d GiB are needed and \d\.\d\d GiB are in use, but WebAssembly can address 4\.00 GiB; use a smaller batch/,
    });
  assert.equal(step.programs, 0);
  assert.equal(model.conv1.weight.grad, null);
  assert.deepEqual({ bytes: memory.buffer.byteLength, weights: weights() }, before);
  const loss = step(rand([2, 3, 32, 32]), zeros([2], { dtype: 'int32' })).item();
  assert.ok(Math.abs(loss - Math.log(10)) < 2, `${loss}`);
  assert.notDeepEqual(weights(), before.weights);
});

test('a plan whose states do not fit beside it is given back', () => {
  const { engine } = freshEngine();
  const squared = (x: Tensor) => x.unsqueeze(1).mul(x).sum();
  const state = zeros([75 << 20]); // 300 MiB
  const step = compile((x: Tensor) => squared(x).add(state.sum()));
  assert.throws(() => step(zeros([31_900])), { name: 'EngineError' }); // 3.8 GiB and the state
  useEngine(dryEngine(engine));
  const larger = compile(squared);
  larger(zeros([32_000]));
  assert.ok(larger.bytes > 3.8 * 2 ** 30);
});
