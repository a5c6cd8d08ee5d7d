/** Depthwise convolutions of bfloat16, on whole numbers that bfloat16 holds: the same as on `reference`, to the bit. */
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

/** [batch, channels, height, width, kernel, stride, padding, dilation] */
const cases = [
  [2, 32, 13, 14, [3, 3], 1, 1, 1],
  [5, 48, 9, 30, [3, 3], 2, 1, 1],
  [3, 24, 7, 7, [3, 3], 1, 1, 1], // vectors of 16 and 8 channels
  [2, 20, 12, 25, [5, 5], 1, 2, 1], // and of 4
  [1, 10, 8, 8, [3, 5], 1, 2, 2], // a block that is not full
  [2, 16, 15, 40, [1, 13], 3, 2, 1], // a row of more taps than registers hold sums for
] as const;

/** Whole numbers from −`most` to `most`. */
function draw(rng: Rng, shape: Shape, most: number): Tensor {
  const values = Float32Array.from({ length: numel(shape) }, () => rng.int(2 * most + 1) - most);
  return fromArray(values, shape);
}

/** Every channel of the output is one of the input, so that numbers stay small. */
function exchange(channels: number): Tensor {
  const values = Float32Array.from({ length: channels ** 2 }, (_, i) =>
    Number((i % channels) + Math.floor(i / channels) === channels - 1),
  );
  return fromArray(values, [channels, channels, 1, 1]);
}

/** Between two other convolutions, whose weights' gradients are those of what it reads and writes. */
function passes(
  [n, c, h, w, kernel, stride, padding, dilation]: (typeof cases)[number],
  precision?: Precision,
) {
  const rng = new Rng(11, 0, 0);
  const [x, own] = [draw(rng, [n, c, h, w], 3), draw(rng, [c, 1, ...kernel], 1)];
  const options = { stride, padding, dilation, groups: c };
  const out = [h, w].map((pixels, i) => {
    const reach = dilation * ((kernel[i] ?? 1) - 1);
    return Math.floor((pixels + 2 * padding - reach - 1) / stride) + 1;
  });
  const dy = draw(rng, [n, c, ...out], 1);
  const step = compile((image: Tensor, gradient: Tensor, ...weights: Tensor[]) => {
    const [a, b, last] = weights.map((t) => t.detach().requiresGrad_(true));
    if (!a || !b || !last) throw new RangeError('three weights');
    const y = conv2d(conv2d(conv2d(image, a), b, null, options), last);
    y.mul(gradient).sum().backward();
    return { y, a: a.grad ?? y, b: b.grad ?? y, last: last.grad ?? y };
  }, precision && { precision });
  const found = step(x, dy, exchange(c), own, exchange(c));
  return {
    values: Object.entries(found).map(
      ([name, { data }]) => [name, Float32Array.from(data)] as const,
    ),
    narrow: step.program.split('\n').filter((line) => / bfloat16 = conv2d/.test(line)).length,
  };
}

describe('depthwise convolutions of bfloat16', { skip: withoutNarrow }, () => {
  const engines = withoutNarrow ? [] : [1, 3].map((threads) => openMachineCode({ threads }));
  after(() => {
    for (const engine of engines) engine.stop();
  });
  for (const given of cases)
    test(JSON.stringify(given), () => {
      useEngine('reference');
      const { values: expected } = passes(given);
      for (const engine of engines) {
        useEngine(engine);
        const { values, narrow } = passes(given, 'bfloat16');
        assert.ok(narrow >= 2, 'what it reads and what it writes are stored in bfloat16');
        assert.deepEqual(values, expected);
      }
    });
});
