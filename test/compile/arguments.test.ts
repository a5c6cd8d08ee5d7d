/** What a step does to its arguments happens to the arguments, or is refused. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { useEngine } from '../../src/engine/select.js';
import { tensor } from '../../src/tensor/creation.js';
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
