/** What a graph becomes before there is a GPU: where values lie, what is copied, and how many dispatches there are. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type { PlanOrder, PlanStep } from '../../../src/engine/webgpu/device/orders.js';
import { lowerGraph } from '../../../src/engine/webgpu/plan/lower-graph.js';
import type { Abilities } from '../../../src/engine/webgpu/plan/lowered.js';
import type { Binding } from '../../../src/engine/webgpu/plan/places.js';
import { planOrder } from '../../../src/engine/webgpu/plan/plan-order.js';
import type { Graph, Value } from '../../../src/graph/graph.js';
import { GraphBuilder } from '../compiler/graphs.js';

const abilities: Abilities = {
  ...{ tiles: true, winograd: 'never', mostBindings: 8, largestBuffer: 1 << 20 },
};

function order(
  graph: Graph,
  binding: Partial<Binding> = {},
  more: Partial<Abilities> = {},
): PlanOrder {
  const can = { ...abilities, ...more };
  return planOrder(
    graph,
    lowerGraph(graph, can),
    {
      inputs: graph.inputs.map((_, i) => i),
      outputs: graph.outputs.map(() => -1),
      ...binding,
    },
    can,
  );
}

/** Steps as words: `relu(input0 → output0)`, in which what is written comes first among a dispatch's places. */
function said({ steps, codes }: PlanOrder): string[] {
  const place = (p: { readonly in: string; readonly at: number }) => `${p.in}${p.at}`;
  return steps.map((step: PlanStep) => {
    if (step.do === 'copy') return `copy ${place(step.from)} to ${place(step.to)}`;
    if (step.do === 'host') return `${step.name} on the host`;
    return `${codes[step.code]?.name} ${step.places.map(place).join(' ')}`;
  });
}

test('results lie where the caller has them, and what lives only between them in slots that are used again', () => {
  const g = new GraphBuilder();
  const x = g.input([4, 8]);
  const w = g.input([8, 8]);
  const attrs = { transposeA: false, transposeB: false };
  let y = x;
  for (let i = 0; i < 4; i++) y = g.call('matmul', [y, w], attrs);
  const plan = order(g.graph([y]));
  assert.deepEqual(said(plan), [
    'matmul slot0 input0 input1',
    'matmul slot1 slot0 input1',
    'matmul slot0 slot1 input1',
    'matmul output0 slot0 input1',
  ]);
  assert.deepEqual(plan.slots, [128, 128]);
  assert.equal(plan.codes.length, 1, 'one shader for all four');
});

const step = (g: GraphBuilder, shape = [8]) => {
  const param = g.input(shape);
  const [grad, lr, constants] = [g.input(shape), g.input([]), g.input([3])];
  return { param, grad, next: g.call('sgdStepPlain', [param, grad, lr, constants]) };
};

test('a state is changed where it lies', () => {
  const g = new GraphBuilder();
  const { param, next } = step(g);
  const plan = order(g.graph([], [{ state: param, next }]));
  assert.deepEqual(said(plan), ['sgdStepPlain input0 input1 input2 input3']);
});

test('a state that is read after its change is copied in the end', () => {
  const g = new GraphBuilder();
  const { param, next } = step(g);
  const late = g.call('relu', [param]);
  const plan = order(g.graph([late], [{ state: param, next }]));
  assert.deepEqual(said(plan), [
    'sgdStepPlain slot0 input0 input1 input2 input3',
    'relu output0 input0',
    'copy slot0 to input0',
  ]);
});

test('a state that is returned as it was is copied before it changes', () => {
  const g = new GraphBuilder();
  const { param, next } = step(g);
  const plan = order(g.graph([param], [{ state: param, next }]));
  assert.deepEqual(said(plan).slice(1), ['copy input0 to output0', 'copy slot0 to input0']);
});

test('states that change places are kept until both are known', () => {
  const g = new GraphBuilder();
  const [a, b] = [g.input([2]), g.input([2])];
  const updates = [
    { state: a, next: b },
    { state: b, next: a },
  ];
  assert.deepEqual(said(order(g.graph([], updates))), [
    'copy input1 to slot0',
    'copy input0 to slot1',
    'copy slot0 to input0',
    'copy slot1 to input1',
  ]);
});

test('what a state becomes in the end keeps its place until then', () => {
  const g = new GraphBuilder();
  const { param, next } = step(g);
  const late = g.call('relu', [param]);
  const [x, w] = [g.input([1, 8]), g.input([8, 8])];
  const attrs = { transposeA: false, transposeB: false };
  const y = g.call('matmul', [g.call('matmul', [x, w], attrs), w], attrs);
  const plan = order(g.graph([late, y], [{ state: param, next }]));
  assert.deepEqual(said(plan).slice(2), [
    'matmul slot1 input4 input5',
    'matmul output1 slot1 input5',
    'copy slot0 to input0',
  ]);
});

test('an op writes over its input where every thread reads what it writes', () => {
  const g = new GraphBuilder();
  const [a, b] = [g.input([3, 3]), g.input([3, 3])];
  const graph = g.graph([g.call('add', [a, b])]);
  assert.deepEqual(said(order(graph, { outputs: [0] })), ['add input0 input1']);
  // Of one buffer as both inputs there is one binding.
  assert.deepEqual(said(order(graph, { inputs: [0, 0], outputs: [0] })), ['add input0']);
});

test('and beside it where others would read what it has written', () => {
  const g = new GraphBuilder();
  const [a, row] = [g.input([3, 3]), g.input([3])];
  const graph = g.graph([g.call('add', [a, row])]);
  assert.deepEqual(said(order(graph, { outputs: [0] })), ['add input0 input1']);
  assert.deepEqual(said(order(graph, { outputs: [1] })), [
    'add slot0 input0 input1',
    'copy slot0 to output0',
  ]);
});

test('an op with more arrays than shaders may have is copied first and then changes them in place', () => {
  const g = new GraphBuilder();
  const shape = [8];
  const states = [g.input(shape), g.input(shape), g.input(shape)];
  const others = [g.input(shape), g.input([]), g.input([4]), g.input([], 'int32')];
  const attrs = { decoupled: false };
  const next = g.call('adamStep', [...states, ...others], attrs);
  const graph = g.graph([next]);
  assert.deepEqual(said(order(graph, {}, { mostBindings: 7 })).slice(0, 3), [
    'copy input0 to output0',
    'copy input1 to slot0',
    'copy input2 to slot1',
  ]);
  assert.equal(order(graph, {}, { mostBindings: 10 }).steps.length, 1);
});

test('views are no work, and what nobody needs is not done', () => {
  const g = new GraphBuilder();
  const x = g.input([2, 6]);
  const flat = g.call('reshape', [x], { shape: [12] });
  g.call('relu', [flat]);
  assert.deepEqual(said(order(g.graph([g.call('neg', [flat])]))), ['neg output0 input0']);
});

test('an op without a shader runs on the host, and so do empty tensors and float64', () => {
  const g = new GraphBuilder();
  const x = g.input([4]);
  const added = g.call('test.addOne', [g.call('relu', [x])]);
  const double = g.call('relu', [g.input([4], 'float64')]);
  const empty = g.call('relu', [g.input([0])]);
  const plan = order(g.graph([g.call('neg', [added]), double, empty]));
  assert.deepEqual(
    said(plan).map((line) => line.split(' ').slice(0, 4).join(' ')),
    [
      'relu slot0 input0',
      'test.addOne on the host',
      'relu on the host',
      'relu on the host',
      'neg output0 slot1',
    ],
  );
});

test('a tensor that no buffer can hold is refused by its size', () => {
  const g = new GraphBuilder();
  const y = g.call('relu', [g.input([1024, 1024])]);
  const refused = (error: unknown) =>
    error instanceof EngineError &&
    /^webgpu: a tensor \[1024,1024\] takes 0\.00391 GiB, .* use smaller batches$/.test(
      error.message,
    );
  assert.throws(() => order(g.graph([y])), refused);
});

test('no dimension of a dispatch has more groups than a GPU allows', () => {
  const g = new GraphBuilder();
  const [image, kernel] = [g.input([1024, 3, 224, 224]), g.input([64, 3, 7, 7])];
  const attrs = { stride: [2, 2], padding: [3, 3], dilation: [1, 1], groups: 1 };
  const y = g.call('relu', [g.call('conv2d', [image, kernel], attrs)]);
  const { steps } = order(g.graph([y]), {}, { largestBuffer: 2 ** 40 });
  const groups = steps.flatMap((step) => (step.do === 'dispatch' ? [step.groups] : []));
  assert.deepEqual(groups[0], [65535, 4, 1], '200,704 tiles of columns, one of rows');
  assert.ok(groups.flat().every((count) => count <= 65535));
});

test('a product of very many rows goes through its tiles in two dimensions', () => {
  const g = new GraphBuilder();
  const rows = 65_536 * 64;
  const y = g.call('linear', [g.input([rows, 8]), g.input([16, 8])]);
  const { steps, codes } = order(g.graph([y]), {}, { largestBuffer: 2 ** 40 });
  const groups = steps.flatMap((step) => (step.do === 'dispatch' ? [step.groups] : []));
  assert.deepEqual(groups, [[65535, 2, 1]]);
  assert.match(codes[0]?.text ?? '', /let row0 = \(wg\.y \* 65535u \+ wg\.x\) \/ 1u \* 64u;/);
});

test("what would need more groups than a GPU has is the host's", () => {
  const g = new GraphBuilder();
  const attrs = { transposeA: false, transposeB: false };
  const y = g.call('matmul', [g.input([65_536, 1, 1]), g.input([65_536, 1, 1])], attrs);
  assert.deepEqual(said(order(g.graph([y]))), ['matmul on the host']);
});

test('a long sum with few results is cut into parts', () => {
  const g = new GraphBuilder();
  const attrs = { transposeA: true, transposeB: false };
  const long: Value = g.call('matmul', [g.input([4096, 4]), g.input([4096, 4])], attrs);
  const plan = order(g.graph([long]));
  assert.deepEqual(said(plan), ['matmul slot0 input0 input1', 'matmul parts output0 slot0']);
});

test('element-wise functions that only the next reads are one kernel, and others are not', () => {
  const g = new GraphBuilder();
  const [x, y, row] = [g.input([2, 4]), g.input([2, 4]), g.input([4])];
  const sum = g.call('mul', [g.call('add', [x, row]), y]);
  const flat = g.call('relu', [g.call('reshape', [sum], { shape: [8] })]);
  const plan = order(g.graph([flat]));
  assert.deepEqual(said(plan), ['add mul relu output0 input0 input2 input1']);
  const twice = g.call('exp', [flat]);
  assert.equal(
    order(g.graph([flat, twice])).steps.length,
    2,
    'a value that is asked for is stored',
  );
  // Where a row lies, a walk over [8] cannot say of [2, 4], nor one over [4, 2] of another's.
  const other = g.call('add', [g.call('reshape', [sum], { shape: [4, 2] }), g.input([2])]);
  assert.equal(order(g.graph([other])).steps.length, 2);
});

test('a function that two read is stored, and one whose result is read in another order', () => {
  const g = new GraphBuilder();
  const x = g.input([2, 3]);
  const shared = g.call('exp', [x]);
  const both = g.graph([g.call('relu', [shared]), g.call('neg', [shared])]);
  assert.deepEqual(said(order(both)), [
    'exp slot0 input0',
    'relu output0 slot0',
    'neg output1 slot0',
  ]);
  const turned = g.call('permute', [g.call('relu', [x])], { dims: [1, 0] });
  assert.deepEqual(said(order(g.graph([turned]))), ['relu slot0 input0', 'permute output0 slot0']);
});
