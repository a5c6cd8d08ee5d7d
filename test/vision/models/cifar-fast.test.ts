import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rand, randn } from '../../../src/ops/random.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import { cifarFast } from '../../../src/vision/models/cifar-fast.js';

const greatest = (values: { abs(): { amax(): { item(): number } } }) => values.abs().amax().item();

test('whitenFor: outputs of the first layer have variance 1 along each direction of the patches, and no covariance', () => {
  manualSeed(1);
  // Neighbours that resemble each other, in three channels that do, too.
  const base = randn([40, 1, 32, 32]);
  const smooth = base.add(base.roll(1, 2)).add(base.roll(1, 3));
  const pictures = smooth.mul(2).add(randn([40, 3, 32, 32]).mul(0.7));
  const model = cifarFast().whitenFor(pictures);
  const y = noGrad(() => model.whiten(pictures)); // [N, 24, 31, 31]
  const rows = y.permute(1, 0, 2, 3).reshape(24, -1);
  const covariance = rows.matmul(rows.t()).div(rows.size(1)).toArray() as number[][];
  for (let i = 0; i < 24; i++)
    for (let j = 0; j < 24; j++) {
      const wanted = i === j ? 1 : Math.abs(i - j) === 12 ? -1 : 0; // the second half has the other sign
      const found = covariance[i]?.[j] ?? Number.NaN;
      // Each variance is λ / (λ + 5e-4), and the smallest λ here is 0.4.
      assert.ok(Math.abs(found - wanted) < 3e-3, `${i}, ${j}: ${found}`);
    }
  assert.equal(model.whiten.weight.requiresGrad, false);
});

test('convolutions begin as the identity, with random filters behind it', () => {
  manualSeed(2);
  const [weight] = cifarFast().getSubmodule('block1.0').parameters(); // [64, 24, 3, 3]
  assert.ok(weight);
  const x = rand([2, 24, 5, 5]);
  const model = cifarFast();
  const y = noGrad(() => model.getSubmodule('block1.0').forward(x as never)) as typeof x;
  assert.equal(greatest(y.narrow(1, 0, 24).sub(x)), 0);
  assert.ok(greatest(y.narrow(1, 24, 40)) > 0.01);
});

test('sixViews: the mean of what six pictures give, mirrored and moved as airbench94 does it', () => {
  manualSeed(3);
  const model = cifarFast().eval();
  const x = randn([2, 3, 32, 32]);
  const { data } = x;
  /** Moved by (by, by) pixels, what comes in from the border mirrored there. */
  const view = (by: number, mirrored: boolean) => {
    const moved = x.clone();
    const inside = (i: number) => (i < 0 ? -i : i > 31 ? 62 - i : i);
    for (let plane = 0; plane < 6; plane++)
      for (let r = 0; r < 32; r++)
        for (let c = 0; c < 32; c++) {
          const from = mirrored ? 31 - c : c;
          const source = plane * 1024 + inside(r + by) * 32 + inside(from + by);
          moved.data[plane * 1024 + r * 32 + c] = data[source] ?? 0;
        }
    return noGrad(() => model.forward(moved));
  };
  const both = (by: number) => view(by, false).add(view(by, true));
  const wanted = both(0).mul(2).add(both(-1)).add(both(1)).div(8);
  const found = noGrad(() => model.sixViews(x));
  assert.ok(greatest(found.sub(wanted)) < 1e-5);
  assert.ok(greatest(found.sub(noGrad(() => model.forward(x)))) > 1e-4, 'views differ');
});
