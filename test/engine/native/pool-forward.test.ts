/**
 * Max pooling without a gradient, which needs no places of the winners, on engine `native`: alone and behind what is done to the same
 * images, in strips of rows where they are large. As on `reference`, NaN included.
 */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Engine } from '../../../src/engine/engine.js';
import { useEngine } from '../../../src/engine/select.js';
import { batchNorm, conv2d, maxPool2d, relu } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { nativeLevels, openMachineCode, withoutNative } from './machine.js';

const norm = (x: Tensor) => batchNorm(x, null, null, { training: true });

const networks: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'pool 3 × 3 of stride 2': (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }),
  'relu, pool 2 × 2': (x) => maxPool2d(relu(x), 2),
  'batch norm, pool 2 × 2': (x) => maxPool2d(norm(x), 2),
  'batch norm, relu, pool 3 × 3 of stride 2': (x) =>
    maxPool2d(relu(norm(x)), 3, { stride: 2, padding: 1 }),
  'batch norm, relu, pool 4 × 3 of stride 1 × 2': (x) =>
    maxPool2d(relu(norm(x)), [4, 3], { stride: [1, 2], padding: [2, 0] }),
};

const shapes: readonly Shape[] = [
  [6, 12, 7, 9],
  [7, 20, 8, 5],
  [6, 16, 83, 77], // in strips
];

const engines = nativeLevels.flatMap((level, i) =>
  (i === 0 ? [1, 2, 3] : [2]).map((threads) => openMachineCode({ threads, level })),
);
after(() => {
  for (const engine of engines) engine.stop();
});

function answer(
  engine: Engine | 'reference',
  network: (x: Tensor) => Tensor,
  shape: Shape,
  isStrange: boolean,
): Float32Array {
  useEngine(engine);
  const rng = new Rng(11, 0, 0);
  const draw = (of: Shape) =>
    fromArray(
      Float32Array.from({ length: numel(of) }, () => rng.normal()),
      of,
    );
  const x = draw(shape);
  const [, c = 1] = shape;
  const kernels = draw([c, c, 1, 1]);
  const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -Number.NaN];
  if (isStrange)
    for (const [i, value] of strange.entries()) x.data[numel(shape) - 1 - 7 * i] = value;
  // From the convolution on in blocks of channels, and once more so that the next one reads what is made.
  const step = compile((image: Tensor) =>
    noGrad(() => conv2d(network(conv2d(image, kernels)), kernels)),
  );
  const found = Float32Array.from(step(x).data);
  if (engine !== 'reference') assert.deepEqual(step(x).data, found, 'a second run');
  return found;
}

describe('pooling without a gradient', { skip: withoutNative }, () => {
  for (const [name, network] of Object.entries(networks))
    test(name, () => {
      for (const shape of shapes)
        for (const isStrange of name.startsWith('batch norm') ? [false] : [false, true]) {
          const expected = answer('reference', network, shape, isStrange);
          const largest = expected
            .filter(Number.isFinite)
            .reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
          for (const engine of engines) {
            const found = answer(engine, network, shape, isStrange);
            expected.forEach((want, i) => {
              const got = Number(found[i]);
              const isNear = Object.is(want, got) || Math.abs(got - want) <= 3e-5 * largest;
              assert.ok(isNear, `[${shape}] ${i}: ${got}, not ${want}`);
            });
          }
        }
    });
});
