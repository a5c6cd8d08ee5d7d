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
  const before = peak(1500);
  const after = peak(500);
  const oneTensor = 32 * 64 * 4; // of those that a step makes; where each step kept one, it would be seen
  assert.ok(after < before + 500 * oneTensor, `${before} bytes at most, then ${after}`);
  assert.ok((losses.at(-1) ?? 0) < (losses[0] ?? 0) / 2, 'and it trains');
});
