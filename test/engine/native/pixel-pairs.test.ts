/**
 * Gradients of direct convolutions' weights from pairs of pixels, where x and dy are stored as bfloat16: in vectors, and in tiles.
 */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { nativeLevels, openMachineCode, withoutNarrow } from './machine.js';

const cases = [
  { n: 2, c: 32, k: 48, size: [13, 10], kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  { n: 5, c: 16, k: 32, size: [7, 7], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  { n: 1, c: 64, k: 16, size: [6, 9], kernel: [3, 2], stride: [1, 2], padding: [0, 1] },
  { n: 3, c: 16, k: 16, size: [9, 5], kernel: [5, 5], stride: [3, 3], padding: [3, 3] },
  { n: 2, c: 16, k: 64, size: [8, 7], kernel: [1, 1], stride: [1, 1], padding: [0, 0] },
  {
    n: 4,
    c: 32,
    k: 16,
    size: [9, 9],
    kernel: [2, 3],
    stride: [1, 1],
    padding: [1, 2],
    dilation: 2,
  },
  // Channels that threads share, and a kernel of one element.
  { n: 3, c: 256, k: 144, size: [5, 7], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  { n: 2, c: 48, k: 80, size: [9, 11], kernel: [1, 1], stride: [2, 2], padding: [0, 0] },
  // Pieces of images, and channels that fill no block.
  { n: 1, c: 32, k: 32, size: [57, 131], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  { n: 4, c: 7, k: 10, size: [8, 12], kernel: [5, 4], stride: [2, 1], padding: [2, 2] },
  // Channels that lie side by side: of x, of dy, of both, with zeros around and without.
  { n: 3, c: 12, k: 24, size: [14, 21], kernel: [5, 5], stride: [1, 1], padding: [0, 0] },
  { n: 2, c: 24, k: 16, size: [9, 10], kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  { n: 2, c: 32, k: 20, size: [6, 7], kernel: [3, 2], stride: [1, 1], padding: [1, 1] },
  { n: 3, c: 3, k: 32, size: [31, 30], kernel: [7, 7], stride: [2, 2], padding: [3, 3] },
  { n: 2, c: 1, k: 16, size: [9, 8], kernel: [3, 3], stride: [1, 3], padding: [2, 4] },
  { n: 2, c: 4, k: 16, size: [9, 35], kernel: [3, 5], stride: [1, 1], padding: [1, 2] },
  { n: 1, c: 3, k: 16, size: [31, 1100], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  { n: 2, c: 2, k: 16, size: [9, 9], kernel: [3, 1], stride: [2, 2], padding: [0, 0] },
  { n: 2, c: 40, k: 36, size: [5, 6], kernel: [1, 1], stride: [1, 1], padding: [0, 0] },
  // Images of few pixels.
  { n: 9, c: 32, k: 32, size: [1, 1], kernel: [1, 1], stride: [1, 1], padding: [0, 0] },
  { n: 9, c: 16, k: 32, size: [3, 3], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  // Rows of the kernel that meet no pixel.
  { n: 2, c: 16, k: 16, size: [2, 6], kernel: [5, 3], stride: [3, 1], padding: [4, 1] },
] as const;

function draw(rng: Rng, shape: Shape): Tensor {
  const scale = 1 / Math.sqrt(numel(shape.slice(1)));
  const values = Float32Array.from({ length: numel(shape) }, () => scale * rng.normal());
  return fromArray(values, shape);
}

/** The gradient of the second of three convolutions' weights, so that its neighbours store what it reads. */
function gradient(
  { n, c, k, size, kernel, ...attrs }: (typeof cases)[number],
  narrow: boolean,
): Float32Array {
  const rng = new Rng(5, 0, 0);
  const image = draw(rng, [n, 16, ...size]);
  const kernels = [
    draw(rng, [c, 16, 1, 1]),
    draw(rng, [k, c, ...kernel]),
    draw(rng, [16, k, 1, 1]),
  ];
  const step = (x: Tensor, ...weights: Tensor[]) => {
    const [first, second, third] = weights.map((w) => w.detach().requiresGrad_(true));
    if (!first || !second || !third) throw new RangeError('three weights');
    const y = conv2d(conv2d(conv2d(x, first), second, null, attrs), third);
    y.mul(y).sum().backward();
    return second.grad ?? y;
  };
  const run = compile(step, narrow ? { precision: 'bfloat16' } : {});
  const found = Float32Array.from(run(image, ...kernels).data);
  if (narrow) assert.match(run.program, /\[.*\] bfloat16 = conv2dBackwardInput/);
  return found;
}

const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

describe('gradients of weights from pairs of pixels', { skip: withoutNarrow }, () => {
  const engines = withoutNarrow
    ? []
    : nativeLevels
        .filter((level) => level !== 'avx2')
        .flatMap((level) =>
          [1, 3].map((threads) => openMachineCode({ threads, winograd: false, level })),
        );
  after(() => {
    for (const engine of engines) engine.stop();
  });
  for (const given of cases)
    test(JSON.stringify(given), () => {
      useEngine('reference');
      const expected = gradient(given, false);
      for (const engine of engines) {
        useEngine(engine);
        const found = gradient(given, true);
        const error = size(found.map((v, i) => v - (expected[i] ?? 0))) / size(expected);
        assert.ok(error < 0.008, `off by ${error}`);
        assert.deepEqual(gradient(given, true), found, 'a second run');
      }
    });
});
