/** What a step does to its arguments happens to the arguments, or is refused. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { useEngine } from '../../src/engine/select.js';
import { tensor } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';

for (const engine of ['reference', 'wasm'])
  describe(`arguments of a compiled step on engine ${engine}`, () => {
    test('that it changes in place are changed', () => {
      useEngine(engine);
      const step = compile((x: Tensor, by: Tensor) => x.add_(by).mul(10));
      for (const start of [1, 5]) {
        const x = tensor([start, 2]);
        const y = step(x, tensor([1, 1]));
        assert.deepEqual(x.toArray(), [start + 1, 3]);
        assert.deepEqual(y.toArray(), [10 * (start + 1), 30]);
        step(x, tensor([1, 1]));
        assert.deepEqual(x.toArray(), [start + 2, 4]);
      }
    });

    test('that it changes through a view are changed', () => {
      useEngine(engine);
      const step = compile((x: Tensor) => x.reshape([4]).mul_(2).sum());
      const x = tensor([
        [1, 2],
        [3, 4],
      ]);
      assert.equal(step(x).item(), 20);
      assert.deepEqual(x.toArray(), [
        [2, 4],
        [6, 8],
      ]);
    });

    test('are noticed by the tape where they are changed', () => {
      useEngine(engine);
      const x = tensor([1, 2]);
      const w = tensor([1, 1], { requiresGrad: true });
      const loss = w.mul(x).sum();
      compile((t: Tensor) => t.add_(1))(x);
      assert.throws(() => loss.backward(), /changed/);
    });

    test('get their gradients', () => {
      useEngine(engine);
      const step = compile((x: Tensor) => {
        const loss = x.square().sum();
        loss.backward();
        return loss;
      });
      for (const value of [1, 3]) {
        const x = tensor([value, 2], { requiresGrad: true });
        assert.equal(step(x).item(), value ** 2 + 4);
        assert.deepEqual(x.grad?.toArray(), [2 * value, 4]);
      }
    });

    test('keep no gradient that the step drops', () => {
      useEngine(engine);
      const step = compile((x: Tensor) => {
        x.grad = null;
        const loss = x.square().sum();
        loss.backward();
        return loss;
      });
      const x = tensor([1], { requiresGrad: true });
      step(x);
      step(x);
      assert.deepEqual(x.grad?.toArray(), [2]);
    });
  });

const sums = (x: Tensor) => {
  const loss = x.square().sum();
  loss.backward();
  return loss;
};

test('an argument with a gradient from before is refused: the step would add to it', () => {
  const step = compile(sums);
  const x = tensor([1], { requiresGrad: true });
  step(x);
  assert.throws(() => step(x), {
    name: 'CaptureError',
    message:
      'compile: argument 0 has a gradient from before, to which a compiled step cannot add; set its grad to null before the call',
  });
  const fresh = x.detach().requiresGrad_();
  step(fresh);
  assert.deepEqual(fresh.grad?.toArray(), [2]);
});

test('an argument that has a past is refused where gradients would flow into it', () => {
  const w = tensor([3], { requiresGrad: true });
  const step = compile(sums);
  assert.throws(() => step(w.mul(2)), /argument 0 was computed outside of the step with gradients/);
  assert.equal(w.grad, null);
  const forward = compile((x: Tensor) => x.mul(2));
  assert.deepEqual(noGrad(() => forward(w.mul(2))).toArray(), [12]);
});

test('arguments that share elements are refused where one is changed', () => {
  const step = compile((a: Tensor, b: Tensor) => {
    a.add_(1);
    return a.mul(b);
  });
  const x = tensor([1, 2]);
  assert.throws(() => step(x, x), /arguments 0 and 1 share their elements, which the step changes/);
  assert.deepEqual(x.toArray(), [1, 2]);
  assert.deepEqual(step(x, x.clone()).toArray(), [2, 6]);
});

test('an argument that the step also reaches from outside is refused where one is changed', () => {
  const state = tensor([1, 2]);
  const step = compile((x: Tensor) => {
    state.add_(1);
    return x.mul(state);
  });
  assert.deepEqual(step(tensor([1, 1])).toArray(), [2, 3]);
  assert.throws(() => step(state), /argument 0 shares its elements with a tensor from outside/);
  assert.deepEqual(state.toArray(), [2, 3]);
});

test('a gradient of a compiled step says that it cannot be read outside', () => {
  const w = tensor([1], { requiresGrad: true });
  const step = compile((x: Tensor) => {
    const loss = x.mul(w).sum();
    loss.backward();
    return loss;
  });
  step(tensor([2]));
  assert.throws(() => w.grad?.item(), {
    name: 'CaptureError',
    message:
      'item(): a gradient of a compiled step exists only inside it; return it from the step: return [loss, parameter.grad]',
  });
});
