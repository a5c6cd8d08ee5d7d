/** Matrix products in tiles of bfloat16: of small whole numbers, which bfloat16 holds and whose sums are exact. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { linear } from '../../../src/nn/functional.js';
import { fromArray, full } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { openMachineCode, withoutTiles } from './machine.js';

function draw(rng: Rng, shape: Shape): Tensor {
  return fromArray(
    Float32Array.from({ length: numel(shape) }, () => rng.int(9) - 4),
    shape,
  );
}

/** y = x · wᵀ + b and its gradients: a product for each way in which factors can lie. */
function passes([m, k, n]: Size, bias: boolean, precision: Precision) {
  const rng = new Rng(3, 0, 0);
  const given = [draw(rng, [m, k]), draw(rng, [n, k]), draw(rng, [n]), draw(rng, [m, n])];
  const step = (x: Tensor, w: Tensor, b: Tensor, weight: Tensor) => {
    const leaves = [x, w, b].map((t) => t.detach().requiresGrad_(true));
    const [leaf, weights, add] = leaves;
    if (!leaf || !weights || !add) throw new RangeError('three leaves');
    const y = linear(leaf, weights, bias ? add : null);
    y.mul(weight).sum().backward();
    return { y, dx: leaf.grad ?? y, dw: weights.grad ?? y };
  };
  const found = compile(step, { precision })(...(given as Four));
  return Object.entries(found).map(([name, { data }]) => [name, Float32Array.from(data)] as const);
}

type Four = [Tensor, Tensor, Tensor, Tensor];
type Size = readonly [m: number, k: number, n: number];

const sizes: readonly Size[] = [
  [32, 64, 48],
  [64, 100, 33],
  [33, 40, 200],
  [130, 200, 50],
  [17, 2100, 65],
];

describe('products in tiles', { skip: withoutTiles }, () => {
  const engines = withoutTiles
    ? []
    : [1, 3].map((threads) => openMachineCode({ threads, level: 'amx' }));
  after(() => {
    for (const engine of engines) engine.stop();
  });
  for (const size of sizes)
    for (const bias of [true, false])
      test(`${size.join(' ')}${bias ? ' with bias' : ''}`, () => {
        useEngine('reference');
        const expected = passes(size, bias, 'float32');
        for (const engine of engines) {
          useEngine(engine);
          assert.deepEqual(passes(size, bias, 'bfloat16'), expected, `${engine.threads} threads`);
        }
      });

  test('factors are rounded to bfloat16, and sums are floats', () => {
    const [x, w] = [full([16, 64], 1 + 2 ** -10), full([16, 64], 1 + 2 ** -7)];
    for (const engine of engines) {
      useEngine(engine);
      const run = compile((a: Tensor, b: Tensor) => linear(a, b), { precision: 'bfloat16' });
      assert.deepEqual([...new Set(run(x, w).data)], [64.5]);
    }
  });
});
