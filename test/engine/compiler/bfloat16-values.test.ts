import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bfloat16Values } from '../../../src/engine/compiler/bfloat16-values.js';
import { rewriteGraph } from '../../../src/engine/compiler/rewrite-graph.js';
import { targetWith } from '../../../src/engine/wasm/target.js';
import type { Value } from '../../../src/graph/graph.js';
import { conv1x1, GraphBuilder } from './graphs.js';

const target = targetWith(undefined);
const options = { threads: 1, winograd: true, precision: 'bfloat16' } as const;

/** Whether a value that `use` reads, and makes the graph's outputs of, suits bfloat16. */
function suits(use: (b: GraphBuilder, value: Value) => readonly Value[]): boolean {
  const b = new GraphBuilder();
  const weight = b.input([16, 16, 1, 1]);
  const value = b.call('conv2d', [b.input([2, 16, 2, 2]), weight], conv1x1);
  const graph = b.graph(use(b, value));
  return bfloat16Values(graph, rewriteGraph(graph, target.passes, options), target).has(value);
}

const shape = [8, 16];
const pooled = { outputSize: [1, 1] };

test('a value suits bfloat16 where all its readers take that', () => {
  assert.ok(suits((b, x) => [b.call('adaptiveAvgPool2d', [x], pooled)]));
  assert.ok(!suits((b, x) => [b.call('exp', [x])]));
  assert.ok(!suits((b, x) => [b.call('add', [x, x]), b.call('exp', [x])]));
});

test('what a plan returns does not, itself or as a view', () => {
  assert.ok(!suits((b, x) => [b.call('add', [x, x]), x]));
  assert.ok(!suits((b, x) => [b.call('add', [x, x]), b.call('reshape', [x], { shape })]));
});

test('a view’s readers are its source’s', () => {
  const view = (b: GraphBuilder, x: Value) => b.call('reshape', [x], { shape });
  assert.ok(suits((b, x) => [b.call('linear', [view(b, x), b.input([4, 16])])]));
  assert.ok(!suits((b, x) => [b.call('softmax', [view(b, x)], { dim: 1 })]));
});

test('weights do not, and sums where they are those of channels', () => {
  const sum = (dims: readonly number[]) => (b: GraphBuilder, x: Value) => [
    b.call('sum', [x], { dims, keepDim: false }),
  ];
  assert.ok(suits(sum([0, 2, 3])));
  assert.ok(!suits(sum([0, 1, 2, 3])));
  assert.ok(!suits((b, x) => [b.call('conv2d', [b.input([1, 16, 4, 4]), x], conv1x1)]));
});
