/** Eager tensors are the garbage collector's: a long synchronous loop must not grow. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { randn } from '../../src/ops/random.js';
import { tensor } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { Parameter } from '../../src/tensor/parameter.js';

test('2,000 eager training steps in one loop leave the memory flat', () => {
  useEngine('reference');
  const weight = new Parameter(randn([64, 128]).mul(0.1));
  const bias = new Parameter(randn([64]));
  const x = randn([32, 128]);
  const losses: number[] = [];
  const step = () => {
    weight.grad = null;
    bias.grad = null;
    const loss = x.matmul(weight.t()).add(bias).relu().square().mean();
    loss.backward();
    noGrad(() => {
      for (const param of [weight, bias])
        if (param.grad !== null) param.sub_(param.grad.mul(tensor(0.01)));
    });
    losses.push(loss.item());
  };

  const peak = (steps: number) => {
    let most = 0;
    for (let i = 0; i < steps; i++) {
      step();
      if (i % 10 === 0) most = Math.max(most, process.memoryUsage.rss());
    }
    return most;
  };
  const peaks = [peak(1500)];
  const isFlat = () => (peaks.at(-1) ?? 0) < (peaks.at(-2) ?? 0) * 1.02;
  // What steps keep makes every stretch of them larger; what else the process does, not all.
  while (!isFlat() && peaks.length < 4) peaks.push(peak(500));
  assert.ok(isFlat(), `at most ${peaks} bytes`);
  assert.ok((losses.at(-1) ?? 0) < (losses[0] ?? 0) / 2, 'and it trains');
});
