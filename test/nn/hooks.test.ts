import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { tensor } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { counterValues } from './counter-values.js';

class Residual extends nn.Module {
  readonly fc = new nn.Linear(3, 3);
  override forward(x: Tensor): Tensor {
    return this.fc.forward(x).add(x);
  }
}

test('forward hooks see children inside Sequential and user models', () => {
  const inner = new Residual();
  const model = new nn.Sequential(new nn.ReLU(), inner);
  const seen: string[] = [];
  const handles = model.modules().map((module) =>
    module.registerForwardHook((m, inputs, output) => {
      seen.push(`${m.constructor.name} ${inputs.length} ${output.shape}`);
      return undefined;
    }),
  );
  const x = counterValues([2, 3], 1);
  const y = model.forward(x);
  assert.deepEqual(seen, ['ReLU 1 2,3', 'Linear 1 2,3', 'Residual 1 2,3', 'Sequential 1 2,3']);
  for (const handle of handles) handle.remove();
  assert.deepEqual(model.forward(x).toArray(), y.toArray());
  assert.equal(seen.length, 4);
});

test('forward hooks can replace inputs and outputs, in the order in which they were added', () => {
  const layer = new nn.Identity();
  layer.registerForwardPreHook((_, [x]) => x?.add(1));
  layer.registerForwardPreHook((_, [x]) => (x === undefined ? undefined : [x.mul(2)]));
  layer.registerForwardHook((_, [x], y) => (x === undefined ? undefined : y.add(x)));
  layer.registerForwardHook((_module, _inputs, y) => y.neg());
  assert.equal(layer.forward(tensor(3)).item(), -16); // −((3 + 1)·2 · 2)
});

test('a backward hook sees the gradients of its module alone', () => {
  const model = new Residual();
  const calls: { input: unknown; output: unknown }[] = [];
  model.fc.registerFullBackwardHook((module, [input], output) => {
    assert.equal(module, model.fc);
    calls.push({ input: input?.toArray(), output: output.toArray() });
    return undefined;
  });
  const x = counterValues([2, 3], 1).requiresGrad_();
  const dy = counterValues([2, 3], 2);
  model.forward(x).backward(dy);
  const throughLayer = dy.matmul(model.fc.weight.detach());
  assert.deepEqual(calls, [{ input: throughLayer.toArray(), output: dy.toArray() }]);
  assert.deepEqual(x.grad?.toArray(), throughLayer.add(dy).toArray());
});

test('a backward hook runs where no input needs a gradient, and replaces one that does', () => {
  const layer = new nn.Linear(2, 1);
  const seen: (null | undefined | unknown)[] = [];
  const handle = layer.registerFullBackwardHook((_, [input], output) => {
    seen.push(input, output.item());
    return input?.mul(10);
  });
  layer
    .forward(tensor([1, 2]))
    .sum()
    .backward();
  assert.deepEqual(seen, [null, 1]);

  const x = tensor([1, 2], { requiresGrad: true });
  layer.forward(x).sum().backward();
  const [first = 0, second = 0] = layer.weight.data;
  assert.deepEqual(x.grad?.toArray(), [Math.fround(first * 10), Math.fround(second * 10)]);

  handle.remove();
  const again = x.clone().detach().requiresGrad_();
  layer.forward(again).sum().backward();
  assert.deepEqual(again.grad?.toArray(), [first, second]);
  noGrad(() => layer.forward(x));
  assert.equal(seen.length, 4);
});

test('a backward hook works on a module that returns its input', () => {
  const order: string[] = [];
  const layer = new nn.Identity();
  layer.registerFullBackwardHook((_, [input], output) => {
    order.push(`${input?.item()} ${output.item()}`);
    return undefined;
  });
  const x = tensor(2, { requiresGrad: true });
  layer.forward(x).mul(5).backward();
  assert.deepEqual(order, ['5 5']);
});

test('a backward hook refuses a module with two differentiable inputs', () => {
  const loss = new nn.MSELoss();
  loss.registerFullBackwardHook(() => undefined);
  const a = tensor([1, 2], { requiresGrad: true });
  assert.throws(() => loss.forward(a, tensor([3, 4], { requiresGrad: true })), {
    name: 'ValueError',
    message:
      'registerFullBackwardHook: MSELoss got 2 inputs that require a gradient, one is supported; ' +
      'use Tensor.registerHook on the inputs instead',
  });
  loss.forward(a, tensor([3, 4])).backward();
  assert.deepEqual(a.grad?.toArray(), [-2, -2]);
});
