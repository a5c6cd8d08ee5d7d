/** That results of engine `native` are the same each time, and that its plans leave nothing behind. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import type { TypedArray } from '../../../src/core/dtype.js';
import { Rng } from '../../../src/core/rng.js';
import type { NativeEngine } from '../../../src/engine/native/native.js';
import { useEngine } from '../../../src/engine/select.js';
import type { Graph } from '../../../src/graph/graph.js';
import * as F from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { adopted, arraysOf, GraphBuilder, normals, runPlan } from '../compiler/graphs.js';
import { collectGarbage } from '../pool/collect-garbage.js';
import { openMachineCode, withoutNative } from './machine.js';

const same = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };
const halved = { ...same, stride: [2, 2] };

/** Direct convolution, Winograd, their gradients, and a product. */
function everything(): Graph {
  const b = new GraphBuilder();
  const x = b.input([4, 16, 16, 16]);
  const [direct, fast] = [b.input([32, 16, 3, 3]), b.input([48, 32, 3, 3])];
  const y = b.call('conv2d', [x, direct], halved);
  const z = b.call('conv2d', [y, fast], same);
  const dy = b.call('conv2dBackwardInput', [z, fast], { ...same, shape: y.shape });
  const gradients = [
    b.call('conv2dBackwardWeight', [y, z], { ...same, shape: fast.shape }),
    b.call('conv2dBackwardInput', [dy, direct], { ...halved, shape: x.shape }),
    b.call('conv2dBackwardWeight', [x, dy], { ...halved, shape: direct.shape }),
  ];
  const rows = b.call('reshape', [z], { shape: [4, 48 * 64] });
  return b.graph([b.call('linear', [rows, b.input([30, 48 * 64])]), ...gradients]);
}

const graph = everything();
const rng = new Rng(3);
const inputs = graph.inputs.map(({ shape }) => normals(rng, shape, 0.1));

/**
 * Runs `work` until two thousand runs have left the process no larger than 2 KiB each would. The process grows at first, while
 * V8's heap finds its size and the allocator its pieces, and settles after a thousand plans or so; what leaks never settles.
 */
async function assertSettles(work: () => void): Promise<void> {
  const [each, rounds, limit] = [125, 16, 1 << 22];
  const sizes: number[] = [];
  let grown = Number.POSITIVE_INFINITY;
  while (grown > limit && sizes.length < 4 * rounds) {
    for (let i = 0; i < each; i++) work();
    await collectGarbage();
    const before = sizes.at(-rounds);
    const { rss } = process.memoryUsage();
    sizes.push(rss);
    if (before !== undefined) grown = rss - before;
  }
  assert.ok(
    grown <= limit,
    `the last ${each * rounds} of ${each * sizes.length} leave ${(grown / 2 ** 20).toFixed(1)} MiB`,
  );
}

describe('engine native', { skip: withoutNative }, () => {
  const engines: NativeEngine[] = [];
  const open = (threads: number) => {
    const engine = openMachineCode({ threads });
    engines.push(engine);
    return engine;
  };
  after(() => {
    for (const engine of engines) engine.stop();
  });
  const run = (engine: NativeEngine): TypedArray[] => {
    const plan = engine.prepare(graph);
    const results = runPlan(plan, graph, inputs);
    plan.dispose();
    return results;
  };

  test('plans by the thousand leave no memory behind', async () => {
    const engine = open(2);
    await assertSettles(() => engine.prepare(graph).dispose());
  });

  test('replays by the thousand of a compiled step keep no memory', async () => {
    useEngine(open(2));
    const weight = fromArray(normals(new Rng(4), [32, 16, 3, 3], 0.1), [32, 16, 3, 3]);
    const w = weight.requiresGrad_();
    const step = compile((x: Tensor) => {
      w.grad = null;
      const loss = F.conv2d(x, w, null, { padding: 1 }).relu().square().mean();
      loss.backward();
      return loss;
    });
    const x = fromArray(normals(new Rng(5), [4, 16, 12, 12]), [4, 16, 12, 12]);
    const first = step(x).item();
    assert.match(step.program, /^foreign/m);
    await assertSettles(() => void step(x));
    assert.equal(step(x).item(), first);
  });

  for (const threads of [1, 2, 3])
    test(`results on ${threads} threads repeat bit for bit, also in an engine opened again`, () => {
      const engine = open(threads);
      const first = run(engine);
      assert.deepEqual(run(engine), first);
      assert.deepEqual(run(open(threads)), first);
    });

  test('a plan made after the memory has grown has the same results on all threads', () => {
    const engine = open(2);
    const first = run(engine);
    const large = adopted(engine, new Float32Array(80 << 20)); // 320 MiB: later plans lie behind it.
    const plan = engine.prepare(graph);
    const bound = inputs.map((array) => adopted(engine, array));
    const results = arraysOf(plan.run(bound));
    assert.deepEqual(results, first.slice(0, graph.outputs.length));
    assert.ok(bound.every(({ array }) => array.byteOffset > 4 * large.length));
  });

  describe('a convolution', () => {
    beforeEach(() => useEngine(open(2)));

    for (const [name, shape, out] of [
      ['by Winograd', [4, 32, 16, 16], 32],
      ['channels-last', [4, 12, 32, 32], 24],
      ['padded', [4, 10, 24, 24], 18],
    ] as const)
      test(`${name}, eager and compiled, is the same to the bit`, () => {
        const [, channels] = shape;
        const rng = new Rng(6);
        const [x, w, b] = [shape, [out, channels, 3, 3], [out]].map((dims) =>
          fromArray(normals(rng, dims, 0.3), dims),
        );
        assert.ok(x && w && b);
        const conv = (image: Tensor) => F.conv2d(image, w, b, { padding: 1 });
        assert.deepEqual(compile(conv)(x).data, conv(x).data);
      });
  });
});
