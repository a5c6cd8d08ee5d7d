/** A backward pass works in memory that the engine lends: all of it must come back, and nobody may be left with any. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { BatchNorm2d } from '../../src/nn/batch-norm.js';
import { Conv2d } from '../../src/nn/conv.js';
import { crossEntropy } from '../../src/nn/functional.js';
import { Linear } from '../../src/nn/linear.js';
import { randn } from '../../src/ops/random.js';
import { grad } from '../../src/tensor/autograd.js';
import { tensor } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { type LendingEngine, lendingEngine } from './lending-engine.js';

let engine: LendingEngine;
beforeEach(() => {
  engine = lendingEngine();
  useEngine(engine);
});

const leaf = (values: number[]) => tensor(values, { requiresGrad: true });

test('gradients on their way are in lent memory, and in little of it', () => {
  const x = leaf([1, 2]);
  let y = x.square();
  for (let i = 0; i < 20; i++) y = y.mul(i % 2 === 0 ? 2 : 0.5);
  y.sum().backward();
  assert.deepEqual(x.grad?.toArray(), [2, 4]);
  assert.equal(engine.open, 0);
  assert.ok(engine.made >= 20, `${engine.made} loans`);
  assert.ok(engine.most <= 2, `${engine.most} at once`);
});

test('a pass that fails gives everything back', () => {
  const x = leaf([1, 2]);
  const middle = x.mul(3);
  middle.registerHook(() => {
    throw new Error('enough');
  });
  assert.throws(() => middle.square().sum().backward(), /enough/);
  assert.ok(engine.made > 0);
  assert.equal(engine.open, 0);
});

test('hooks and retainGrad() get gradients that stay', () => {
  const x = leaf([1, 2]);
  const y = x.mul(3);
  const z = y.square();
  const seen: Tensor[] = [];
  y.registerHook((gradient) => {
    seen.push(gradient);
    return undefined;
  });
  z.retainGrad();
  z.mul(2).sum().backward();
  x.mul(5).sum().backward();
  assert.deepEqual(seen[0]?.toArray(), [12, 24]);
  assert.deepEqual(z.grad?.toArray(), [2, 2]);
  assert.deepEqual(x.grad?.toArray(), [41, 77]);
});

test('autograd.grad gives gradients that stay', () => {
  const x = leaf([1, 2]);
  const y = x.square();
  const z = y.mul(y);
  const [dy, dx] = grad(z.sum(), [y, x], { retainGraph: true });
  const [again] = grad(z.sum(), [y]);
  assert.deepEqual(dy?.toArray(), [2, 8]);
  assert.deepEqual(dx?.toArray(), [4, 32]);
  assert.deepEqual(again?.toArray(), [2, 8]);
});

test('a gradient for which several tensors wait lives until the last has seen it', () => {
  const [a, b] = [leaf([1, 2]), leaf([3, 4])];
  const [left, right] = [a.mul(2), b.mul(3)];
  left
    .add(right)
    .add(left.reshape([2]))
    .square()
    .sum()
    .backward();
  assert.deepEqual(a.grad?.toArray(), [104, 160]);
  assert.deepEqual(b.grad?.toArray(), [78, 120]);
  assert.equal(engine.open, 0);
});

test('a gradient that reaches a leaf unchanged is the leaf’s own', () => {
  const [a, b] = [leaf([1, 2]), leaf([3, 4])];
  a.add(b).mul(3).mul(2).sum().backward();
  noGrad(() => a.grad?.mul_(10));
  assert.deepEqual(a.grad?.toArray(), [60, 60]);
  assert.deepEqual(b.grad?.toArray(), [6, 6]);
});

test('training gives the same numbers with lent memory as without', () => {
  const lossesOn = (chosen: LendingEngine | 'reference') => {
    useEngine(chosen);
    manualSeed(3);
    const conv = new Conv2d(2, 4, 3, { padding: 1 });
    const norm = new BatchNorm2d(4);
    const shortcut = new Conv2d(2, 4, 1);
    const head = new Linear(4, 3);
    const parameters = [conv, norm, shortcut, head].flatMap((layer) => layer.parameters());
    const x = randn([5, 2, 6, 6]);
    const labels = tensor([0, 1, 2, 1, 0], { dtype: 'int32' });
    return Array.from({ length: 5 }, () => {
      const block = norm.forward(conv.forward(x)).relu().add(shortcut.forward(x));
      const loss = crossEntropy(head.forward(block.mean([2, 3])), labels);
      for (const parameter of parameters) parameter.grad = null;
      loss.backward();
      noGrad(() => {
        for (const parameter of parameters)
          if (parameter.grad !== null) parameter.sub_(parameter.grad.mul(0.5));
      });
      return loss.item();
    });
  };
  const losses = lossesOn(engine);
  assert.equal(engine.open, 0);
  assert.ok((losses[4] ?? 0) < (losses[0] ?? 0));
  assert.deepEqual(losses, lossesOn('reference'));
});
