/** Kernels' text over arrays of half floats, and which values of a plan are such. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import { lowerGraph } from '../../../src/engine/webgpu/plan/lower-graph.js';
import type { Abilities } from '../../../src/engine/webgpu/plan/lowered.js';
import { planOrder } from '../../../src/engine/webgpu/plan/plan-order.js';
import { webGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { overHalves } from '../../../src/engine/webgpu/wgsl/half.js';
import type { Graph, Value } from '../../../src/graph/graph.js';
import { GraphBuilder } from '../compiler/graphs.js';

const abilities: Abilities = {
  ...{ tiles: true, winograd: 'never', mostBindings: 8, largestBuffer: 1 << 20 },
};

test('what is read becomes f32, and what is written f16', () => {
  const over = (text: string) => overHalves(text, ['in0', 'out0']);
  assert.equal(over('let v = in0[i];'), 'let v = f32(in0[i]);');
  assert.equal(over('out0[at[2] + 1u] = s;'), 'out0[at[2] + 1u] = toHalf(s);');
  assert.equal(
    over('out0[o] = select(in0[o], 0f, in0[o] <= 0f); out1[o] = in0[in1[o]];'),
    'out0[o] = toHalf(select(f32(in0[o]), 0f, f32(in0[o]) <= 0f)); out1[o] = f32(in0[in1[o]]);',
  );
  assert.equal(
    over('if (out0[i] == 1f) { sum += in0[i]; }'),
    'if (f32(out0[i]) == 1f) { sum += f32(in0[i]); }',
  );
  assert.equal(over('v = in0[\n  in0[1]\n];'), 'v = f32(in0[\n  f32(in0[1])\n]);');
  assert.equal(over('in01[i] = in1[i]; main0[0] = 1f;'), 'in01[i] = in1[i]; main0[0] = 1f;');
});

test('whole vectors become vectors of four', () => {
  assert.equal(
    overHalves(
      'whole = in0[i]; out0[i] = whole; s = in1[i];',
      ['in0', 'in1', 'out0'],
      ['in0', 'out0'],
    ),
    'whole = vec4f(in0[i]); out0[i] = toHalves(whole); s = f32(in1[i]);',
  );
});

test('an array that a kernel adds to where it lies cannot be in half', () => {
  for (const text of ['out0[p] += v;', 'out0[a[1]] *= v;', 'out0[p] -= 1f;'])
    assert.throws(() => overHalves(text, ['out0']), /is changed where it lies/);
});

/** The plan in both precisions, and the values that the half one stores in half. */
function plans(graph: Graph) {
  const binding = { inputs: graph.inputs.map((_, i) => i), outputs: graph.outputs.map(() => -1) };
  const lowered = lowerGraph(graph, abilities, 'float16');
  const narrow = planOrder(graph, lowered, binding, abilities);
  const wide = planOrder(graph, lowerGraph(graph, abilities), binding, abilities);
  const stored = graph.nodes.flatMap(({ name, outputs }) =>
    outputs.filter((value) => lowered.isHalf(value)).map(() => name),
  );
  return { lowered, narrow, wide, stored };
}

const conv = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };

/** A convolution, what follows it, and scores. */
function network(g: GraphBuilder): { readonly features: Value; readonly scores: Value } {
  const x = g.input([2, 4, 9, 9]);
  const y = g.call('conv2d', [x, g.input([4, 4, 3, 3])], conv);
  const z = g.call('conv2d', [g.call('relu', [y]), g.input([4, 4, 3, 3])], conv);
  const features = g.call('add', [z, y]);
  const flat = g.call('reshape', [features], { shape: [2, 324] });
  return { features, scores: g.call('linear', [flat, g.input([3, 324])]) };
}

test('activations are stored in half; scores of a loss, gradients and results are not', () => {
  const g = new GraphBuilder();
  const { scores } = network(g);
  const labels = g.input([2], 'int32');
  const attrs = { reduction: 'mean', ignoreIndex: -100, labelSmoothing: 0 };
  const loss = g.call('crossEntropy', [scores, labels], attrs);
  const dy = g.call(
    'crossEntropyBackward',
    [g.constant([], Float32Array.of(1)), scores, labels],
    attrs,
  );
  const back = { transposeA: false, transposeB: false };
  const dx = g.call('matmul', [dy, g.input([3, 324])], back);
  const dxx = g.call('matmul', [dx, g.input([324, 5])], back);
  const { stored, narrow, wide } = plans(g.graph([loss, dxx]));
  assert.deepEqual(stored, ['conv2d', 'relu', 'conv2d', 'add', 'reshape']);
  const isHalf = ({ text }: { readonly text: string }) => text.startsWith('enable f16;');
  assert.deepEqual(
    narrow.codes.filter(isHalf).map(({ name }) => name),
    ['conv2d', 'relu', 'conv2d', 'add', 'linear'],
  );
  assert.ok(!wide.codes.some(isHalf));
});

test('a plan of activations keeps half, and moves less', () => {
  const g = new GraphBuilder();
  const { scores } = network(g);
  const { narrow, wide, lowered } = plans(g.graph([g.call('exp', [scores])]));
  const sum = (list: readonly number[]) => list.reduce((total, n) => total + n, 0);
  assert.ok(sum(narrow.slots) < 0.55 * sum(wide.slots), `${narrow.slots}; ${wide.slots}`);
  const moved = lowered.items.flatMap(({ reads, writes }) =>
    [...reads, ...writes].map(lowered.bytesOf),
  );
  // Images, weights and the result in float32; four activations of 648, of which one is read twice, and scores.
  const exact = 648 + 144 + 144 + 972 + 6;
  assert.equal(sum(moved), 4 * exact + 2 * (4 * 648 + 5 * 648 + 6 + 6));
});

test('what the caller gets is float32, and what follows from it may be half', () => {
  const g = new GraphBuilder();
  const { features, scores } = network(g);
  const { stored, lowered } = plans(g.graph([features, g.call('exp', [scores])]));
  assert.deepEqual(stored, ['conv2d', 'relu', 'conv2d', 'linear']);
  assert.equal(lowered.bytesOf(scores), 12);
  assert.equal(lowered.bytesOf(features), 4 * 648);
});

test('a loss that is composed of ops has gradients in float32', () => {
  const g = new GraphBuilder();
  const x = g.input([4, 8]);
  const w = g.input([8, 8]);
  const y = g.call('relu', [g.call('linear', [x, w])]);
  const z = g.call('linear', [y, w]);
  const error = g.call('sub', [z, g.input([4, 8])]);
  const dz = g.call('mul', [error, g.constant([], Float32Array.of(2))]);
  const by = (transposeA: boolean) => ({ transposeA, transposeB: false });
  const dw = g.call('matmul', [dz, y], by(true));
  const dy = g.call('matmul', [dz, w], by(false));
  const total = g.call('add', [dy, g.call('dropout', [dy, g.input([4], 'int32')], { p: 0.5 })]);
  const { stored } = plans(g.graph([g.call('exp', [dw]), g.call('exp', [total])]));
  assert.deepEqual(stored, ['linear', 'relu', 'linear']);
});

test('what saturates is float32 where its gradient is made of what is left to 1', () => {
  for (const [name, slope] of [
    ['tanh', 'tanhBackward'],
    ['sigmoid', 'sigmoidBackward'],
  ] as const) {
    const g = new GraphBuilder();
    const [x, w, dz] = [g.input([4, 8]), g.input([8, 8]), g.input([4, 8])];
    const y = g.call(name, [g.call('linear', [x, w])]);
    const z = g.call('linear', [y, w]);
    assert.deepEqual(plans(g.graph([g.call('exp', [z])])).stored, ['linear', name, 'linear']);
    const dy = g.call(slope, [y, dz]);
    const { stored } = plans(g.graph([g.call('exp', [z]), g.call('exp', [dy])]));
    assert.deepEqual(stored, ['linear', 'linear']);
  }
});

test('what an op of the host reads or makes is float32', () => {
  const g = new GraphBuilder();
  const { scores } = network(g);
  const odd = g.call('test.addOne' as never, [scores]);
  const { stored } = plans(g.graph([g.call('linear', [odd, g.input([3, 3])])]));
  assert.ok(!stored.includes('linear'), `${stored}`);
});

test('an engine whose GPU has no half floats says so, and one that has them offers them for bfloat16', () => {
  const line = {
    ...{ mayWait: false, send() {}, ask: () => new ArrayBuffer(0), stop() {} },
    askAsync: async () => new ArrayBuffer(0),
  };
  const facts = { vendor: '', architecture: '', description: 'A GPU', software: false };
  const limits = { maxBufferSize: 2 ** 30, maxStorageBuffers: 8 };
  const engineWith = (float16: boolean) => webGpuEngine(line, { ...facts, ...limits, float16 });
  const refusal = (float16: boolean, precision: 'bfloat16' | 'float16') => {
    try {
      engineWith(float16).requirePrecision(precision);
    } catch (error) {
      assert.ok(error instanceof EngineError);
      return error.message;
    }
    return undefined;
  };
  assert.equal(refusal(true, 'float16'), undefined);
  assert.equal(
    refusal(false, 'float16'),
    "webgpu: precision 'float16' needs a GPU with shader-f16, and A GPU is without; use float32",
  );
  const narrow =
    "webgpu: precision 'bfloat16' needs engine native on a CPU with AVX512-BF16, and this is engine webgpu; ";
  assert.equal(refusal(true, 'bfloat16'), `${narrow}use float16 or float32`);
  assert.equal(refusal(false, 'bfloat16'), `${narrow}use float32`);
});
