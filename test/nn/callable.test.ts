/** Modules are functions: typed as their forward, and otherwise the objects that classes make. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { ones, tensor } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';

class Net extends nn.Module {
  #calls = 0;
  readonly fc = new nn.Linear(2, 3);
  /** Names that functions have, too. */
  override readonly name = 'net';
  override readonly length = 7;

  override forward(x: Tensor): Tensor {
    this.#calls++;
    return this.fc(x).relu();
  }

  get calls(): number {
    return this.#calls;
  }
}

test('calling a module is calling its forward, with its arguments and in its class', () => {
  const net = new Net();
  const x = tensor([[1, 2]]);
  const y: Tensor = net(x);
  assert.deepEqual(y.toArray(), net.forward(x).toArray());
  assert.equal(net.calls, 2);
  const lossFn = new nn.CrossEntropyLoss();
  const target = tensor([1], { dtype: 'int32' });
  assert.equal(lossFn(y, target).item(), lossFn.forward(y, target).item());
  const steps = new nn.Sequential(net, new nn.ReLU());
  assert.deepEqual(steps(x).toArray(), y.toArray());
  const alone: (x: Tensor) => Tensor = net;
  assert.deepEqual(alone(x).toArray(), y.toArray());

  const wrong = () => {
    // @ts-expect-error one input, not two
    net(x, x);
    // @ts-expect-error two inputs, not one
    lossFn(x);
    // @ts-expect-error a tensor, not a number
    net(1);
  };
  assert.equal(typeof wrong, 'function');
});

test('hooks run, replaced methods count, and a class without forward says so', () => {
  const net = new Net();
  const seen: string[] = [];
  const handle = net.registerForwardHook((module) => void seen.push(module.name));
  net(ones([1, 2]));
  handle.remove();
  net(ones([1, 2]));
  assert.deepEqual(seen, ['net']);
  net.forward = (x) => x.mul(2);
  assert.deepEqual(net(ones([1, 2])).toArray(), [[2, 2]]);
  class Empty extends nn.Module {}
  assert.throws(() => new Empty()(ones([1])), {
    name: 'ValueError',
    message: /^Empty: has no forward\(\)/,
  });
});

test('a module is of its classes, has fields of its own alone, and prints as PyTorch prints it', () => {
  const net = new Net();
  assert.ok(net instanceof Net && net instanceof nn.Module);
  assert.equal(net.constructor, Net);
  assert.deepEqual(Object.keys(net).sort(), ['fc', 'length', 'name']);
  assert.deepEqual([...net.stateDict().keys()], ['fc.weight', 'fc.bias']);
  assert.equal(new nn.ModuleList([net, net]).length, 2);
  const printed = 'Net(\n  (fc): Linear(in_features=2, out_features=3, bias=True)\n)';
  assert.equal(String(net), printed);
  assert.equal(inspect(net), printed);
  assert.equal(inspect({ net }), `{\n  net: ${printed.replaceAll('\n', '\n  ')}\n}`);
});
