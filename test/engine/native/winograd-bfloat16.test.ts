/** Winograd's products of bfloat16: off from `reference` by about a percent of what is typical, and twice the same bits. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { openMachineCode, withoutNarrow } from './machine.js';

/** [batch, channels, output channels, height, width, kernel, stride, padding] */
const cases = [
  [2, 48, 80, 19, 14, 3, 1, 0],
  [5, 32, 64, 11, 11, 3, 1, 1], // an odd number of rows of tiles, shared by the threads
  [1, 256, 128, 14, 10, 3, 1, 1], // tiles of three, down and across
  [3, 128, 256, 7, 7, 3, 1, 1],
  [2, 256, 48, 9, 9, 3, 1, 1],
  [3, 512, 128, 7, 7, 3, 1, 1], // weights in chunks, gradients in parts
  [17, 256, 64, 7, 7, 3, 1, 1], // too many tiles for chunks
  [2, 3, 20, 36, 40, 7, 2, 3], // from here on along rows
  [1, 12, 24, 26, 22, 5, 1, 0],
  [3, 24, 20, 21, 20, 5, 1, 2],
  [3, 12, 24, 7, 9, 5, 1, 2],
  [1, 7, 33, 19, 43, 5, 1, 2], // an odd number of channels
] as const;

/** Root mean square errors, as shares of the values'. The usual points 1 and 2 would be off by .025 and 2e-6. */
const largest = { float32: 1.7e-6, bfloat16: 0.017 };

function draw(rng: Rng, shape: Shape, scale = 1): Tensor {
  const values = Float32Array.from({ length: numel(shape) }, () => scale * rng.normal());
  return fromArray(values, shape);
}

/** y, dx and dw. */
function passes(
  [n, c, k, h, w, kernel, stride, padding]: (typeof cases)[number],
  precision?: Precision,
) {
  const rng = new Rng(7, 0, 0);
  const x = draw(rng, [n, c, h, w]);
  const weights = draw(rng, [k, c, kernel, kernel], 1 / Math.sqrt(kernel ** 2 * c));
  const step = (image: Tensor, weight: Tensor) => {
    const [a, b] = [image, weight].map((t) => t.detach().requiresGrad_(true));
    if (!a || !b) throw new RangeError('two tensors');
    const y = conv2d(a, b, null, { stride, padding });
    y.mul(y.detach().add(1)).sum().backward();
    return { y, dx: a.grad ?? y, dw: b.grad ?? y };
  };
  const found = compile(step, precision && { precision })(x, weights);
  return Object.entries(found).map(([name, { data }]) => [name, Float32Array.from(data)] as const);
}

const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

describe('Winograd in two precisions', { skip: withoutNarrow }, () => {
  const engines = withoutNarrow ? [] : [1, 3].map((threads) => openMachineCode({ threads }));
  after(() => {
    for (const engine of engines) engine.stop();
  });
  for (const given of cases)
    test(given.join(' '), () => {
      useEngine('reference');
      const expected = new Map(passes(given));
      for (const engine of engines)
        for (const precision of ['float32', 'bfloat16'] as const) {
          useEngine(engine);
          const found = passes(given, precision);
          for (const [name, values] of found) {
            const wanted = expected.get(name) ?? values;
            const error = size(values.map((v, i) => v - (wanted[i] ?? 0))) / size(wanted);
            assert.ok(error < largest[precision], `${precision} ${name}: off by ${error}`);
          }
          assert.deepEqual(passes(given, precision), found, 'a second run');
        }
    });
});
