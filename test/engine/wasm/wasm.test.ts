import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { openWasmEngine, type WasmEngine } from '../../../src/engine/wasm/wasm.js';
import type { Graph } from '../../../src/graph/graph.js';
import { bufferOf, GraphBuilder, normals, prepareAndRun, runPlan } from '../compiler/graphs.js';

const engines: WasmEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
});

function open(...options: Parameters<typeof openWasmEngine>): WasmEngine {
  const engine = openWasmEngine(...options);
  engines.push(engine);
  return engine;
}

const conv3x3 = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };

/** Two convolutions that Winograd can compute, and a loss on them. */
function smallNet(): Graph {
  const b = new GraphBuilder();
  const x = b.input([4, 32, 9, 7]);
  const y = b.input([4], 'int32');
  const weights = [1, 2].map((seed) =>
    b.constant([32, 32, 3, 3], normals(new Rng(seed), [32, 32, 3, 3], 0.06)),
  );
  const features = weights.reduce((h, w) => b.call('relu', [b.call('conv2d', [h, w], conv3x3)]), x);
  const logits = b.call('mean', [features], { dims: [2, 3], keepdim: false });
  return b.graph([b.call('crossEntropy', [logits, y], { ignoreIndex: -100, labelSmoothing: 0 })]);
}

const inputs = [normals(new Rng(3), [4, 32, 9, 7]), Int32Array.of(3, 31, 0, 7)];

test('the default is all CPUs', () => {
  assert.equal(open().threads, availableParallelism());
});

test('both builds, with and without Winograd, agree with reference', () => {
  const graph = smallNet();
  const [expected] = prepareAndRun(referenceEngine, graph, inputs);
  for (const kernels of ['relaxed', 'simd'] as const)
    for (const winograd of [true, false]) {
      const engine = open({ threads: 2, kernels, winograd });
      assert.equal(engine.facts.kernels, kernels);
      const plan = engine.prepare(graph);
      assert.equal(/winograd/.test(plan.program), winograd);
      const [loss] = runPlan(plan, graph, inputs);
      assert.ok(Math.abs((loss?.[0] ?? Number.NaN) - (expected?.[0] ?? 0)) < 2e-5);
    }
});

test('steady weights are transformed once, of few tiles and of many', () => {
  for (const [batch, channels, size, stride, kernel] of [
    [1, 256, 7, 1, 'winogradSmallWeights'],
    [5, 256, 7, 1, 'winogradWeights'],
    [2, 32, 14, 1, 'winogradWeights'],
    [7, 32, 16, 2, 'winogradStridedWeights'],
  ] as const) {
    const b = new GraphBuilder();
    const x = b.input([batch, channels, size, size]);
    const w = b.input([32, channels, 3, 3]);
    const y = b.call('conv2d', [x, w], { ...conv3x3, stride: [stride, stride] });
    const { program } = open({ threads: 2 }).prepare(b.graph([y], [], [w]));
    assert.match(program, new RegExp(`^${kernel} .* once: `, 'm'));
    assert.equal(program.match(/Weights /g)?.length, 1, program);
  }
});

test('a target that is no class keeps the run from starting', () => {
  const graph = smallNet();
  const plan = open({ threads: 2 }).prepare(graph);
  const loss = bufferOf(new Float32Array(1).fill(5));
  const [x, labels] = inputs.map(bufferOf);
  assert.ok(x !== undefined && labels !== undefined);
  const wrong = bufferOf(Int32Array.of(3, 32, 0, 7));
  assert.throws(() => plan.run([x, wrong], [loss]), /crossEntropy.*32/);
  assert.equal(loss.array[0], 5);
  plan.run([x, labels], [loss]);
  assert.notEqual(loss.array[0], 5);
});

test('plans give their memory back', () => {
  const engine = open({ threads: 1 });
  const graph = smallNet();
  const bytes = engine.prepare(graph).bytes;
  assert.ok(bytes > 4 * 2 * 32 * 32 * 9, 'the constants alone');
  const b = new GraphBuilder();
  const x = b.input([64 << 20]);
  const large = b.graph([b.call('neg', [b.call('relu', [x])])]); // At least 512 MiB.
  for (let i = 0; i < 20; i++) engine.prepare(large).dispose();
});

test('a thousand runs keep no memory', () => {
  const engine = open({ threads: 2 });
  const graph = smallNet();
  const plan = engine.prepare(graph);
  const [bound, outputs] = [inputs.map(bufferOf), [bufferOf(new Float32Array(1))]];
  for (let i = 0; i < 200; i++) plan.run(bound, outputs);
  const before = process.memoryUsage();
  for (let i = 0; i < 1000; i++) plan.run(bound, outputs);
  const after = process.memoryUsage();
  assert.ok(after.rss - before.rss < 8 << 20);
  // Less is fine: the collector may have come by. 64 bytes a run would be seen.
  assert.ok(after.arrayBuffers - before.arrayBuffers < 64_000);
});
