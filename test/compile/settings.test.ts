/** Numbers and switches that modules hold are part of a recorded step. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import * as nn from '../../src/nn/index.js';
import { ones, tensor } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';

test('a dropout whose p is set later drops by it', () => {
  const layer = new nn.Dropout(0.5);
  const step = compile((x: Tensor) => layer.forward(x));
  step(ones([64]));
  Object.assign(layer, { p: 0 });
  assert.deepEqual(step(ones([3])).toArray(), [1, 1, 1]);
  assert.equal(
    step(ones([64]))
      .sum()
      .item(),
    64,
  );
});

test('a switch of a network of one’s own makes another step, and back again the first', () => {
  class Net extends nn.Module {
    doubles = false;
    override forward(x: Tensor): Tensor {
      return this.doubles ? x.mul(2) : x.mul(1);
    }
  }
  const net = new Net();
  const step = compile((x: Tensor) => net.forward(x));
  for (const doubles of [false, true, false, true]) {
    net.doubles = doubles;
    assert.equal(step(tensor([3])).item(), doubles ? 6 : 3);
  }
  assert.equal(step.programs, 2);
});

test('what a step counts in its module does not make every call another step', () => {
  class Counting extends nn.Module {
    calls = 0;
    override forward(x: Tensor): Tensor {
      this.calls++;
      return x.mul(2);
    }
  }
  const net = new Counting();
  const step = compile((x: Tensor) => net.forward(x));
  for (let i = 0; i < 4; i++) step(tensor([i]));
  assert.equal(step.programs, 1);
});
