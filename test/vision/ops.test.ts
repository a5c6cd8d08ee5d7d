/** Layers that networks of one's own are made of, under torchvision's names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualSeed, nn, noGrad, ones, randn, vision } from '../../src/index.js';
import { assertClose } from '../nn/close.js';

const { LayerNorm2d, SqueezeExcitation, StochasticDepth } = vision.ops;

test('stochastic depth drops the branches of samples, or of all at once, and keeps their mean', () => {
  manualSeed(1);
  for (const mode of ['row', 'batch'] as const) {
    const layer = new StochasticDepth(0.25, { mode });
    assert.equal(String(layer), `StochasticDepth(p=0.25, mode=${mode})`);
    const seen = new Set<string>();
    let sum = 0;
    for (let i = 0; i < 200; i++) {
      const { data } = layer(ones([4, 1, 2, 2]));
      const samples = [0, 1, 2, 3].map((n) => data[4 * n] ?? 0);
      samples.forEach((x, n) => {
        for (const each of data.subarray(4 * n, 4 * n + 4)) assert.equal(each, x);
        assert.ok(x === 0 || Math.abs(x - 4 / 3) < 1e-6, `${x}`);
        sum += x / 800;
      });
      seen.add(samples.map((x) => Number(x > 0)).join(''));
    }
    assert.ok(Math.abs(sum - 1) < 0.1, `${mode}: ${sum}`);
    assert.equal(seen.size, mode === 'row' ? 16 : 2);
    const x = randn(2, 3);
    assert.equal(layer.eval()(x), x);
  }
  for (const p of [-0.1, 1.1, Number.NaN])
    assert.throws(() => new StochasticDepth(p), { message: /p=.* must be/ });
  assert.throws(() => new StochasticDepth(0.5, { mode: 'column' as 'row' }), {
    message: /mode='column' must be one of row, batch/,
  });
});

test('squeeze and excitation scales channels by what all means say', () => {
  manualSeed(2);
  const activations = { activation: new nn.SiLU(), scaleActivation: new nn.Hardsigmoid() };
  for (const options of [{}, activations]) {
    const layer = new SqueezeExcitation(4, 2, options);
    assert.deepEqual([...layer.stateDict().keys()].sort(), [
      ...['fc1.bias', 'fc1.weight', 'fc2.bias', 'fc2.weight'],
    ]);
    const x = randn(2, 4, 3, 5);
    const { activation, scaleActivation } = {
      activation: new nn.ReLU(),
      scaleActivation: new nn.Sigmoid(),
      ...options,
    };
    const wanted = noGrad(() => {
      const means = x.mean([2, 3], { keepdim: true });
      return scaleActivation(layer.fc2(activation(layer.fc1(means)))).mul(x);
    });
    assertClose(
      noGrad(() => layer(x)),
      [...wanted.data],
      1e-6,
      'scaled',
    );
  }
});

test('layer norm over channels has mean 0 and variance 1 at each pixel', () => {
  manualSeed(3);
  const y = noGrad(() => new LayerNorm2d(16)(randn(2, 16, 3, 4).mul(5).add(2)));
  assert.deepEqual(y.shape, [2, 16, 3, 4]);
  assertClose(y.mean(1).add(1), new Array(24).fill(1), 1e-5, 'means and 1');
  assertClose(y.square().mean(1), new Array(24).fill(1), 1e-3, 'variances');
});
