/**
 * Few tiles of weights that stay: F(2×2, 3×3) with weights that are transformed once. Off from `reference` by no more than rounding, twice the
 * same bits.
 */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import type { Plan } from '../../../src/engine/engine.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import type { Graph, Value } from '../../../src/graph/graph.js';
import { arraysOf, bufferOf, GraphBuilder, normals } from '../compiler/graphs.js';
import { nativeLevels, openMachineCode, withoutNarrow, withoutNative } from './machine.js';

/** [batch, channels, output channels, height, width, padding] */
const cases = [
  [1, 320, 64, 7, 7, 1],
  [1, 256, 64, 14, 14, 1],
  [1, 64, 48, 10, 7, 0], // slices of 16 channels, rows and columns that end with a tile
  [3, 32, 64, 6, 9, 1],
  [4, 128, 192, 5, 8, 1],
] as const;

/** y, and dx from a gradient of y, both of weights that are steady. */
function graphOf([n, c, k, h, w, pad]: (typeof cases)[number]): Graph {
  const b = new GraphBuilder();
  const attrs = { stride: [1, 1], padding: [pad, pad], dilation: [1, 1], groups: 1 } as const;
  const shape = [n, c, h, w];
  const [x, weights, bias] = [b.input(shape), b.input([k, c, 3, 3]), b.input([k])];
  const dy = b.input([n, k, h + 2 * pad - 2, w + 2 * pad - 2]);
  const y: Value = b.call('conv2d', [x, weights, bias], attrs);
  const dx = b.call('conv2dBackwardInput', [dy, weights], { ...attrs, shape });
  return b.graph([y, dx], [], [weights, bias]);
}

const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

/** Root mean square errors, as shares of the values'. */
const largest = { float32: 6e-7, bfloat16: 0.008 };

describe('a 3 × 3 convolution of weights that stay', { skip: withoutNative }, () => {
  const engines = nativeLevels.flatMap((level) =>
    [1, 3].map((threads) => ({ level, engine: openMachineCode({ level, threads }) })),
  );
  after(() => {
    for (const { engine } of engines) engine.stop();
  });

  const precisions = (level: string) =>
    level === 'avx512' && withoutNarrow === false
      ? (['float32', 'bfloat16'] as const)
      : (['float32'] as const);

  for (const given of cases)
    test(given.join(' '), () => {
      const graph = graphOf(given);
      const rng = new Rng(5);
      const [, c] = given;
      const scales = [1, 1 / Math.sqrt(9 * c), 1, 1];
      const arrays = graph.inputs.map(({ shape }, i) => normals(rng, shape, scales[i]));
      const run = (plan: Plan, buffers = arrays.map((array) => bufferOf(array.slice()))) =>
        arraysOf(plan.run(buffers)).map((array) => Float32Array.from(array));
      const expected = run(referenceEngine.prepare(graph));
      for (const { level, engine } of engines)
        for (const precision of precisions(level)) {
          const plan = engine.prepare(graph, { precision });
          assert.match(plan.program, /once: .*conv2d\(/);
          const buffers = arrays.map((array) => bufferOf(array.slice()));
          const found = run(plan, buffers);
          for (const [i, values] of found.entries()) {
            const wanted = expected[i] ?? values;
            const error = size(values.map((v, j) => v - (wanted[j] ?? 0))) / size(wanted);
            assert.ok(error < largest[precision], `${level} ${precision} ${i}: off by ${error}`);
          }
          assert.deepEqual(run(plan, buffers), found, 'a second run');
          const [, weights] = buffers;
          weights?.change().set((arrays[1] ?? []).map((v) => 2 * v));
          const doubled = run(plan, buffers)[1]?.map((v) => v / 2);
          assert.deepEqual(doubled, found[1], 'weights that have changed are transformed again');
          plan.dispose();
        }
    });
});
