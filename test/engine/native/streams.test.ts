/** What streams through memory on engine `native`, with channels that fill no vector and odd sizes: as on `reference`, NaN included. */
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
import type { Tensor } from '../../../src/tensor/tensor.js';
import { nativeLevels, openMachineCode, withoutNative } from './machine.js';

/** y of x, weight and bias. */
type Network = (x: Tensor, weight: Tensor, bias: Tensor) => Tensor;

const norm = (x: Tensor, weight: Tensor, bias: Tensor) =>
  batchNorm(x, null, null, { weight, bias, training: true });

const networks: Readonly<Record<string, Network>> = {
  'batch norm': (x, w, b) => norm(x, w, b),
  'batch norm, relu': (x, w, b) => relu(norm(x, w, b)),
  'batch norm, relu6': (x, w, b) => norm(x, w, b).relu6(),
  'batch norm, clamp from below': (x, w, b) => norm(x, w, b).clamp(-0.5),
  'batch norm, residual, relu': (x, w, b) => relu(norm(x, w, b).add(x.mul(0.5))),
  'batch norm, relu, pool 2 × 2': (x, w, b) => maxPool2d(relu(norm(x, w, b)), 2),
  'sum, sum and relu': (x, w, b) => relu(norm(x, w, b).mul(2).add(x)).add(x),
  'pool 3 × 3 of stride 2': (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }),
  'relu, pool 2 × 2': (x) => maxPool2d(relu(x), 2),
  'pool 4 × 4 of stride 1': (x) => maxPool2d(x, 4, { stride: 1, padding: 2 }),
  'pool 2 × 3 of stride 1 × 2': (x) => maxPool2d(x, [2, 3], { stride: [1, 2], padding: [1, 1] }),
};

const shapes: readonly Shape[] = [
  [7, 12, 7, 9],
  [40, 3, 6, 6],
  [6, 20, 8, 5],
  [5, 32, 6, 11],
  [1, 24, 40, 37],
  [29, 16, 3, 3],
];

/** The widest vectors on one thread, too. */
const engines = nativeLevels.flatMap((level, i) =>
  (i === 0 ? [1, 3] : [3]).map((threads) => openMachineCode({ threads, level })),
);
after(() => {
  for (const engine of engines) engine.stop();
});

function draw(rng: Rng, shape: Shape): Tensor {
  return fromArray(
    Float32Array.from({ length: numel(shape) }, () => rng.normal()),
    shape,
  );
}

/** What the image holds: with `pairs` neighbours that are equal, with `strange` some of those and a NaN. */
type Content = 'plain' | 'pairs' | 'strange';

/** y and the gradients of x, weight and bias. */
function answer(engine: Engine | 'reference', network: Network, shape: Shape, content: Content) {
  useEngine(engine);
  const rng = new Rng(5, 0, 0);
  const x = draw(rng, shape);
  const [, c = 1] = shape;
  const [w, b] = [draw(rng, [c]), draw(rng, [c])];
  if (content === 'pairs')
    for (let i = 1; i < x.data.length; i += 2) x.data[i] = x.data[i - 1] ?? 0;
  if (content === 'strange') for (const i of [0, 7, 8, 30]) x.data[i] = i === 7 ? Number.NaN : 1.5;
  const kernels = draw(rng, [c, c, 1, 1]);
  const step = compile((...all: Tensor[]): Record<string, Tensor> => {
    const [image, weight, bias] = all.map((t) => t.detach().requiresGrad_(true));
    if (!image || !weight || !bias) throw new RangeError('three tensors');
    const y = network(conv2d(image, kernels), weight, bias); // From there on in blocks of channels.
    y.mul(y).mul(y).add(y).sum().backward(); // Not zero where y is: what a relu has cut off shows.
    const all4 = [y, image.grad, weight.grad, bias.grad];
    return Object.fromEntries(all4.flatMap((t, i) => (t ? [[`${i}`, t]] : [])));
  });
  return Object.values(step(x, w, b)).map(({ data }) => Float32Array.from(data));
}

function assertNear(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((values, i) => {
    const finite = values.filter(Number.isFinite).map(Math.abs);
    const largest = finite.reduce((most, v) => Math.max(most, v), 1e-3);
    values.forEach((want, j) => {
      const got = Number(found[i]?.[j]);
      const isNear = Number.isNaN(want)
        ? Number.isNaN(got)
        : Math.abs(got - want) <= 3e-5 * largest;
      assert.ok(isNear, `result ${i}[${j}]: ${got}, not ${want}`);
    });
  });
}

/** A NaN spoils all of a normalisation. */
const contents = (name: string): readonly Content[] =>
  name.startsWith('batch norm') ? ['plain', 'pairs'] : ['plain', 'pairs', 'strange'];

describe('streams through memory', { skip: withoutNative }, () => {
  for (const [name, network] of Object.entries(networks))
    test(name, () => {
      for (const shape of shapes)
        for (const content of contents(name)) {
          const expected = answer('reference', network, shape, content);
          for (const engine of engines) {
            const found = answer(engine, network, shape, content);
            assertNear(found, expected);
            assert.deepEqual(answer(engine, network, shape, content), found, 'a second run');
          }
        }
    });
});
