/** Winograd's convolutions of images that are stored in half, to results that are: all passes. A few of the cases, and all with WICK_ALL_CASES. */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { useEngine } from '../../../src/engine/select.js';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import { lowerGraph } from '../../../src/engine/webgpu/plan/lower-graph.js';
import { planOrder } from '../../../src/engine/webgpu/plan/plan-order.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { answer, compiledAnswer } from '../../ops/answers.js';
import { assertClose } from '../../ops/run-case.js';
import { GraphBuilder } from '../compiler/graphs.js';
import { amongActivations, rounding } from './among-activations.js';
import { software, withoutFloat16 } from './machine.js';
import { attrsOf, cases, tolerance } from './winograd-cases.js';

const precision = 'float16';
const all = process.env.WICK_ALL_CASES !== undefined;

afterEach(() => useEngine('reference'));
const engines: WebGpuEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
  if (typeof software !== 'string') software.stop();
});

describe('on a software adapter', { skip: withoutFloat16 }, () => {
  if (withoutFloat16 !== false) return;
  for (const tiles of all ? [false, true] : [false]) {
    const engine = openWebGpuEngine({ adapter: 'software', tiles, winograd: 'always' });
    engines.push(engine);
    for (const opCase of all ? cases : [cases[2], cases[4]])
      test(`${opCase?.name}, ${tiles ? 'in tiles' : 'a thread for each result'}`, () => {
        assert.ok(opCase !== undefined);
        const wrapped = amongActivations(opCase);
        const expected = answer(wrapped, 'reference');
        // Images are halves, so that of the result one rounding more is seen, and of gradients, which are float32, none.
        const found = compiledAnswer(wrapped, engine, precision);
        assertClose(
          { ...found, gradients: [] },
          { ...expected, gradients: [] },
          tolerance + rounding,
        );
        assertClose({ ...found, outputs: [] }, { ...expected, outputs: [] }, tolerance);
      });
  }
});

test('images are read, and results written, in half, and what lies between is float32', () => {
  const g = new GraphBuilder();
  const x = g.input([2, 4, 9, 9]);
  const weights = () => g.input([4, 4, 3, 3]);
  const y = g.call('conv2d', [x, weights()], attrsOf([1, 1]));
  const z = g.call('conv2d', [y, weights()], attrsOf([1, 1]));
  const graph = g.graph([g.call('exp', [g.call('relu', [z])])]);
  const abilities = {
    ...({ tiles: true, winograd: 'always', mostBindings: 8, largestBuffer: 1 << 20 } as const),
  };
  const lowered = lowerGraph(graph, abilities, precision);
  const binding = { inputs: [0, 1, 2], outputs: [-1] };
  const { codes } = planOrder(graph, lowered, binding, abilities);
  const halves = codes.filter(({ text }) => text.startsWith('enable f16;')).map(({ name }) => name);
  // Of the first image, which is the caller's, tiles are made by a shader of float32.
  assert.deepEqual(halves, ['conv2d results', 'conv2d tiles', 'relu exp']);
});
