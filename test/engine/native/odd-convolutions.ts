/** Convolutions of odd shapes, and what a step of one computes. */
import '../../../src/ops/index.js';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d, relu } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';

export interface OddConvolution {
  readonly n: number;
  readonly c: number;
  readonly k: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  /** Every channel has kernels of its own. @default false */
  readonly depthwise?: boolean;
}

export const oddConvolutions: readonly OddConvolution[] = [
  { n: 2, c: 1, k: 5, size: [1, 1], kernel: [1, 1] },
  { n: 1, c: 3, k: 17, size: [7, 30], kernel: [7, 7], stride: 2, padding: 3 },
  { n: 5, c: 16, k: 32, size: [4, 31], kernel: [3, 3], padding: 1 },
  { n: 3, c: 48, k: 80, size: [13, 6], kernel: [3, 3] },
  { n: 2, c: 256, k: 48, size: [9, 9], kernel: [3, 3], padding: 1 },
  { n: 1, c: 256, k: 128, size: [14, 10], kernel: [3, 3], padding: 1 }, // tiles of three, down and across
  { n: 2, c: 256, k: 128, size: [10, 13], kernel: [3, 3] }, // and across alone
  { n: 3, c: 128, k: 256, size: [7, 7], kernel: [3, 3], padding: 1 },
  { n: 1, c: 20, k: 33, size: [10, 11], kernel: [5, 2], padding: 2 },
  { n: 4, c: 12, k: 24, size: [12, 12], kernel: [5, 5], padding: 2 },
  { n: 2, c: 33, k: 100, size: [8, 5], kernel: [3, 3], stride: 3, padding: 2 },
  { n: 2, c: 64, k: 32, size: [14, 14], kernel: [1, 1], stride: 2 },
  { n: 2, c: 8, k: 16, size: [15, 15], kernel: [3, 3], dilation: 3, padding: 4 },
  { n: 1, c: 32, k: 40, size: [3, 3], kernel: [3, 3], padding: 5, stride: 2 }, // rows of y without a tap
  { n: 2, c: 16, k: 16, size: [6, 6], kernel: [2, 2], stride: 4 }, // pixels of x that nobody reads
  { n: 1, c: 6, k: 7, size: [40, 3], kernel: [13, 3], padding: 1 },
  { n: 2, c: 12, k: 24, size: [22, 26], kernel: [5, 5] }, // from here on Winograd along rows
  { n: 3, c: 24, k: 20, size: [20, 21], kernel: [5, 5], padding: 2 },
  { n: 1, c: 32, k: 33, size: [19, 23], kernel: [4, 5], padding: 1 },
  { n: 1, c: 12, k: 9, size: [40, 18], kernel: [5, 4], padding: 5 }, // more padding than the gradient's kernel takes
  { n: 2, c: 3, k: 20, size: [36, 40], kernel: [7, 7], stride: 2, padding: 3 },
  { n: 1, c: 12, k: 12, size: [31, 40], kernel: [6, 9], stride: 2, padding: 3 },
  { n: 2, c: 32, k: 32, size: [13, 14], kernel: [3, 3], padding: 1, depthwise: true },
  { n: 5, c: 24, k: 24, size: [9, 30], kernel: [3, 3], stride: 2, padding: 1, depthwise: true },
  { n: 2, c: 10, k: 10, size: [8, 8], kernel: [5, 5], padding: 2, dilation: 2, depthwise: true },
  { n: 1, c: 72, k: 72, size: [15, 7], kernel: [7, 7], stride: 2, padding: 3, depthwise: true },
  { n: 2, c: 20, k: 20, size: [5, 30], kernel: [3, 11], padding: 5, depthwise: true }, // more taps than AVX2's registers take at once
  { n: 1, c: 16, k: 16, size: [4, 40], kernel: [1, 21], padding: 9, depthwise: true }, // and than AVX-512's
];

export function draw(rng: Rng, shape: Shape): Tensor {
  return fromArray(
    Float32Array.from({ length: numel(shape) }, () => rng.normal()),
    shape,
  );
}

/** y and the gradients of x, w and bias, eagerly or compiled. */
export function passes(
  engine: Engine | 'reference',
  given: OddConvolution,
  compiled: boolean,
  precision: Precision = 'float32',
): Float32Array[] {
  useEngine(engine);
  const { n, c, k, size, kernel, stride = 1, padding = 0, dilation = 1, depthwise } = given;
  const rng = new Rng(7, 0, 0);
  const x = draw(rng, [n, c, ...size]);
  const w = draw(rng, [k, depthwise ? 1 : c, ...kernel]);
  const b = draw(rng, [k]);
  const options = { stride, padding, dilation, groups: depthwise ? c : 1 };
  const step = (...all: Tensor[]): Record<string, Tensor> => {
    const [image, weight, bias] = all.map((t) => t.detach().requiresGrad_(true));
    if (!image || !weight || !bias) throw new RangeError('three tensors');
    const y = relu(conv2d(image, weight, bias, options));
    y.mul(y).sum().backward();
    return Object.fromEntries(
      [y, image.grad, weight.grad, bias.grad].flatMap((t, i) => (t ? [[`${i}`, t]] : [])),
    );
  };
  const found = (compiled ? compile(step, { precision }) : step)(x, w, b);
  return Object.values(found).map(({ data }) => Float32Array.from(data));
}
