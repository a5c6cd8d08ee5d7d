/** Products in tiles: by vectors where they lie so and by elements where not, of all sizes of tiles, whole and in parts. */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Shape } from '../../../src/core/shape.js';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import { lowerGraph } from '../../../src/engine/webgpu/plan/lower-graph.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { conv2d } from '../../../src/ops/conv2d.js';
import { linear } from '../../../src/ops/linear.js';
import { matmul } from '../../../src/ops/matmul.js';
import { answer, compiledAnswer } from '../../ops/answers.js';
import { input, type OpCase } from '../../ops/op-case.js';
import { assertClose } from '../../ops/run-case.js';
import { GraphBuilder } from '../compiler/graphs.js';
import { software, withoutAdapter } from './machine.js';

const engines: WebGpuEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
  if (typeof software !== 'string') software.stop();
});

const attrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;

const product = (a: Shape, b: Shape, transposeA = false, transposeB = false): OpCase => ({
  name: `[${a}]${transposeA ? 'ᵀ' : ''} · [${b}]${transposeB ? 'ᵀ' : ''}`,
  ops: ['matmul'],
  inputs: [input(a), input(b)],
  run: (...tensors) => matmul(tensors, { transposeA, transposeB }),
});

const pointwise = (x: Shape, w: Shape, groups = 1): OpCase => ({
  name: `[${x}] by kernels [${w}]`,
  ops: ['conv2d'],
  inputs: [input(x), input(w)],
  run: (...tensors) => conv2d(tensors, { ...attrs, groups }),
});

const cases = [
  product([40, 20], [20, 36]),
  product([68, 17], [17, 132]),
  product([3, 40, 20], [20, 36]),
  product([33, 8], [8, 35]),
  product([9, 30], [30, 20]),
  product([19, 37], [37, 9]),
  product([50, 36], [50, 40], true),
  product([40, 23], [44, 23], false, true),
  product([21, 64], [48, 21], true, true),
  product([1100, 9], [1100, 12], true),
  product([2, 1600, 36], [1600, 40], true),
  pointwise([2, 5, 6, 8], [40, 5, 1, 1]),
  pointwise([2, 36, 3, 8], [40, 36, 1, 1]),
  pointwise([1, 72, 5, 8], [36, 36, 1, 1], 2),
  pointwise([3, 9, 5, 5], [40, 9, 1, 1]),
  pointwise([4, 9, 3, 10], [40, 9, 1, 1]),
  {
    name: 'a matrix by itself, of which one side is read by vectors',
    ops: ['matmul'],
    inputs: [input([36, 36])],
    run: (x) => matmul([x, x], { transposeA: false, transposeB: false }),
  },
  {
    name: 'a linear layer',
    ops: ['linear'],
    inputs: [input([37, 19]), input([40, 19]), input([40])],
    run: (...tensors) => linear(tensors, {}),
  },
] satisfies readonly OpCase[];

describe('on a software adapter', { skip: withoutAdapter }, () => {
  if (withoutAdapter !== false) return;
  const engine = openWebGpuEngine({ adapter: 'software', tiles: true });
  engines.push(engine);
  for (const opCase of cases)
    test(opCase.name, () => {
      assertClose(compiledAnswer(opCase, engine), answer(opCase, 'reference'), 2e-5);
    });
});

/** The kernels of a product. */
function kernels(
  name: 'matmul' | 'conv2d' | 'conv2dBackwardWeight',
  a: Shape,
  b: Shape,
  more = {},
) {
  const g = new GraphBuilder();
  const y = g.call(name, [g.input(a), g.input(b)], more);
  const { items } = lowerGraph(g.graph([y]), {
    ...{ tiles: true, winograd: 'never', mostBindings: 8, largestBuffer: 2 ** 31 },
  });
  return items.flatMap(({ kernel }) => (kernel === undefined ? [] : [kernel]));
}

test('what lies in whole vectors is read and written as vectors', () => {
  const vectors = (...args: Parameters<typeof kernels>) => kernels(...args)[0]?.vectors;
  const plain = { transposeA: false, transposeB: false };
  assert.deepEqual(vectors('matmul', [64, 20], [20, 64], plain), ['in1', 'out0']);
  assert.deepEqual(vectors('matmul', [20, 64], [20, 64], { ...plain, transposeA: true }), [
    ...['in0', 'in1', 'out0'],
  ]);
  assert.deepEqual(vectors('matmul', [64, 20], [64, 20], { ...plain, transposeB: true }), []);
  assert.deepEqual(vectors('matmul', [64, 20], [20, 62], plain), []);
  assert.deepEqual(vectors('conv2d', [2, 64, 8, 8], [64, 64, 1, 1], attrs), ['in0', 'out0']);
  assert.deepEqual(vectors('conv2d', [2, 64, 7, 7], [64, 64, 1, 1], attrs), []);
  assert.deepEqual(vectors('conv2d', [2, 64, 3, 10], [64, 64, 1, 1], attrs), []);
  assert.deepEqual(vectors('conv2d', [2, 64, 8, 8], [64, 64, 3, 3], attrs), []);
});

test('a sum is cut where there are too few groups for a GPU, and it is long', () => {
  const gradient = (batch: number, channels: number, side: number) =>
    kernels('conv2dBackwardWeight', [batch, channels, side, side], [batch, channels, side, side], {
      ...{ ...attrs, padding: [1, 1], shape: [channels, channels, 3, 3] },
    }).map(({ groups }) => groups.reduce((a, b) => a * b, 1));
  // 9 tiles of 64 × 64 results for sums over 50,176 pixels; then a thread for each result.
  assert.deepEqual(gradient(16, 64, 56), [9 * 29, 576]);
  assert.deepEqual(gradient(16, 512, 7), [8 * 72], 'enough groups, and short sums');
  assert.deepEqual(gradient(1, 64, 14), [9], 'sums too short to be cut');
});
