/** Gradients that a recorded step touches. Both ways see the same, or it ends in a named error. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { compile, manualSeed, nn, optim, type Tensor, tensor } from '../../src/index.js';
import { assertSame, type Step, values } from './eager-and-compiled.js';

beforeEach(() => {
  manualSeed(0);
});

describe('a gradient', () => {
  const training = (
    ready: (step: Step) => Step,
    zeroGrad: 'inside' | 'outside' | 'after' | 'never',
  ) => {
    const w = new nn.Parameter(tensor([1, -2]));
    const optimizer = new optim.SGD([w], { lr: 0.1 });
    const step = ready((x) => {
      if (zeroGrad === 'inside') optimizer.zeroGrad();
      const loss = w
        .mul(x as Tensor)
        .square()
        .sum();
      loss.backward();
      optimizer.step();
      if (zeroGrad === 'after') optimizer.zeroGrad();
      return loss;
    });
    return { w, optimizer, step };
  };

  test('that is never dropped adds up', () => {
    assertSame((ready) => {
      const { w, step } = training(ready, 'never');
      return [1, 2, 3].map((v) => {
        step(tensor([v, 1]));
        return [values(w), values(w.grad)];
      });
    });
  });

  test('that is dropped outside can be read outside', () => {
    assertSame((ready) => {
      const { w, optimizer, step } = training(ready, 'outside');
      return [1, 2, 3].map((v) => {
        optimizer.zeroGrad();
        step(tensor([v, 1]));
        return [values(w), values(w.grad)];
      });
    });
  });

  test('that is dropped at the end is gone', () => {
    assertSame((ready) => {
      const { w, step } = training(ready, 'after');
      return [1, 2].map((v) => {
        step(tensor([v, 1]));
        return [values(w), values(w.grad)];
      });
    });
  });

  test('that the step drops first stays inside, and says so', () => {
    const { w, step } = training((body) => compile(body), 'inside');
    step(tensor([1, 1]));
    for (const read of [() => w.grad?.item(), () => w.grad?.data, () => w.grad?.toArray()])
      assert.throws(read, {
        name: 'CaptureError',
        message:
          /: the tensor was made inside a compiled step, .*; return it from the step\. A gradient stays where zeroGrad\(\) is called outside of the step$/,
      });
    assert.throws(() => w.grad?.add(1), /^CaptureError: add: the tensor was made inside/);
  });

  test('that another compiled step has kept is not mistaken for none', () => {
    const { w, step } = training((body) => compile(body), 'inside');
    const accumulate = compile((x: Tensor) => {
      const loss = w.mul(x).sum();
      loss.backward();
      return loss;
    });
    accumulate(tensor([1, 1]));
    w.grad = null;
    step(tensor([1, 1]));
    assert.throws(() => accumulate(tensor([1, 1])), {
      name: 'CaptureError',
      message:
        /^grad: the gradient was made inside another compiled step, .*call zeroGrad\(\) first$/,
    });
    w.grad = null;
    accumulate(tensor([3, 4]));
    assert.deepEqual(values(w.grad), [3, 4]);
  });

  test('from outside is found where the tensor has it at each call', () => {
    const [step] = assertSame((ready) => {
      const w = new nn.Parameter(tensor([1, -2]));
      const optimizer = new optim.Adam([w], { lr: 0.1 });
      const update = ready(() => {
        optimizer.step();
        return undefined;
      });
      const seen = [];
      for (let i = 1; i <= 4; i++) {
        optimizer.zeroGrad();
        if (i !== 3)
          w.mul(tensor([i, 2]))
            .square()
            .sum()
            .backward();
        update();
        seen.push(values(w));
      }
      return seen;
    });
    assert.equal(step?.programs, 2, 'with a gradient, and without');
  });

  test('is clipped where it comes from outside', () => {
    assertSame((ready) => {
      const w = new nn.Parameter(tensor([3, 4]));
      const clip = ready(() => {
        optim.clipGradNorm([w], 1);
        return undefined;
      });
      return [1, 2].map((v) => {
        w.grad = null;
        w.mul(v).square().sum().backward();
        clip();
        return values(w.grad)?.map((g) => Math.round(g * 1e4));
      });
    });
  });

  test('of a tensor hook that is added, or removed, after the recording', () => {
    assertSame((ready) => {
      const w = tensor([1, 2], { requiresGrad: true });
      const step = ready((x) => {
        const loss = w.mul(x as Tensor).sum();
        loss.backward();
        return loss;
      });
      const seen: unknown[] = [];
      const look = () => {
        w.grad = null;
        step(tensor([3, 4]));
        seen.push(values(w.grad));
      };
      look();
      const handle = w.registerHook((grad) => grad.mul(10));
      look();
      handle.remove();
      look();
      return seen;
    });
  });
});
