/**
 * 3 × 3 convolutions by Winograd's algorithm, all passes, against the reference: on a software adapter, wherever it can compute
 * them; and where it is chosen, which needs no adapter.
 */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { numel, type Shape } from '../../../src/core/shape.js';
import { currentEngine, setWinograd, useEngine } from '../../../src/engine/select.js';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import { lowerGraph } from '../../../src/engine/webgpu/plan/lower-graph.js';
import type { Abilities } from '../../../src/engine/webgpu/plan/lowered.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { answer, compiledAnswer } from '../../ops/answers.js';
import { assertClose } from '../../ops/run-case.js';
import { GraphBuilder } from '../compiler/graphs.js';
import { software, withoutAdapter } from './machine.js';
import { attrsOf, cases, conv, tolerance } from './winograd-cases.js';

const engines: WebGpuEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
  if (typeof software !== 'string') software.stop();
});

describe('on a software adapter', { skip: withoutAdapter }, () => {
  if (withoutAdapter !== false) return;
  for (const tiles of [false, true]) {
    const engine = openWebGpuEngine({ adapter: 'software', tiles, winograd: 'always' });
    engines.push(engine);
    for (const opCase of cases)
      test(`${opCase.name}, ${tiles ? 'in tiles' : 'a thread for each result'}`, () => {
        const expected = answer(opCase, 'reference');
        assertClose(compiledAnswer(opCase, engine), expected, tolerance);
      });
    test(`a run repeats bit for bit, ${tiles ? 'in tiles' : 'a thread for each result'}`, () => {
      const opCase = conv([2, 16, 21, 19], 8, [1, 1]);
      assertClose(compiledAnswer(opCase, engine), compiledAnswer(opCase, engine), 0);
    });
  }
});

/** A convolution of many channels, in which Winograd pays. */
const wide = { x: [16, 64, 56, 56], w: [64, 64, 3, 3] };

test('setWinograd(false) switches it off', { skip: withoutAdapter }, () => {
  const before = process.env.WICK_WEBGPU_ADAPTER;
  process.env.WICK_WEBGPU_ADAPTER = 'software';
  const g = new GraphBuilder();
  const graph = g.graph([g.call('conv2d', [g.input(wide.x), g.input(wide.w)], attrsOf([1, 1]))]);
  const isUsed = () => currentEngine().prepare(graph).program.includes('conv2d tiles');
  try {
    useEngine('webgpu');
    const first = currentEngine();
    assert.equal(isUsed(), true);
    setWinograd(false);
    assert.equal(isUsed(), false);
    setWinograd(true);
    assert.equal(currentEngine(), first);
  } finally {
    useEngine('reference');
    if (before === undefined) delete process.env.WICK_WEBGPU_ADAPTER;
    else process.env.WICK_WEBGPU_ADAPTER = before;
  }
});

const paper: Abilities = {
  ...{ tiles: true, winograd: 'where it pays', mostBindings: 8, largestBuffer: 2 ** 31 },
};

interface Plan {
  readonly x: Shape;
  readonly w: Shape;
  readonly attrs?: object;
}

/** The names of the kernels of a convolution's three passes. */
function kernels({ x, w, attrs = {} }: Plan, abilities: Partial<Abilities> = {}): string[] {
  const g = new GraphBuilder();
  const all = { ...attrsOf([1, 1]), ...attrs };
  const [image, weight] = [g.input(x), g.input(w)];
  const y = g.call('conv2d', [image, weight], all);
  const dx = g.call('conv2dBackwardInput', [y, weight], { ...all, shape: x });
  const dw = g.call('conv2dBackwardWeight', [image, y], { ...all, shape: w });
  const lowered = lowerGraph(g.graph([y, dx, dw]), { ...paper, ...abilities });
  return lowered.items.map(({ kernel, host }) => kernel?.name ?? `${host?.name} on the host`);
}

test('all passes of a convolution of many channels are tiles, 36 products, and results', () => {
  assert.deepEqual(
    kernels(wide).filter((name) => !name.endsWith(' parts')),
    [
      ...['conv2d weights', 'conv2d tiles', 'conv2d', 'conv2d results'],
      ...['weights', 'tiles', '', 'results'].map((part) => `conv2dBackwardInput ${part}`.trim()),
      ...['tiles', 'slopes', '', 'results'].map((part) => `conv2dBackwardWeight ${part}`.trim()),
    ],
  );
});

test('other convolutions, and small ones, are one product', () => {
  const direct = ['conv2d', 'conv2dBackwardInput', 'conv2dBackwardWeight'];
  const isDirect = (plan: Plan, abilities: Partial<Abilities> = {}) =>
    assert.deepEqual(
      kernels(plan, abilities).filter((name) => !name.endsWith(' parts')),
      direct,
    );
  isDirect({ ...wide, attrs: { stride: [2, 2] } });
  isDirect({ ...wide, attrs: { stride: [1, 2] } });
  isDirect({ ...wide, attrs: { dilation: [2, 1] } });
  isDirect({ x: wide.x, w: [64, 1, 3, 3], attrs: { groups: 64 } });
  isDirect({ x: wide.x, w: [64, 64, 3, 1] });
  isDirect({ x: [16, 3, 56, 56], w: [64, 3, 3, 3] });
  isDirect({ x: [1, 64, 8, 8], w: [64, 64, 3, 3] });
  isDirect({ x: [32, 32, 56, 56], w: [64, 32, 3, 3] }); // shorter on two of the three GPUs
  isDirect(wide, { winograd: 'never' });
  const transformed = 4 * 36 * numel([16, 14, 14, 64]);
  isDirect(wide, { largestBuffer: transformed - 4 });
  assert.equal(kernels(wide, { largestBuffer: transformed }).includes('conv2d tiles'), true);
});
