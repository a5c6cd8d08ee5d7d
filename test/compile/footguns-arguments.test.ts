/** Arguments of a recorded step. Both ways see the same, or it ends in a named error. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { compile, manualSeed, type Tensor, tensor } from '../../src/index.js';
import { assertSame, values } from './eager-and-compiled.js';

beforeEach(() => {
  manualSeed(0);
});

describe('an argument', () => {
  test('that is changed in place is changed, at each call', () => {
    const [step] = assertSame((ready) => {
      const grow = ready((x) => x?.add_(1));
      return [1, 2, 3].map((v) => {
        const x = tensor([v, 10 * v]);
        const y = grow(x) as Tensor;
        return [values(x), values(y)];
      });
    });
    assert.equal(step?.programs, 1);
  });

  test('that is changed through a view, and read before and after', () => {
    assertSame((ready) => {
      const step = ready((x) => {
        const before = x?.mul(1) as Tensor;
        x?.reshape([4]).mul_(tensor([1, 2, 3, 4]));
        return [before, x?.mul(1) as Tensor];
      });
      return [1, 2].map((v) => {
        const x = tensor([
          [v, v],
          [v, v],
        ]);
        const seen = (step(x) as Tensor[]).map(values);
        return [seen, values(x)];
      });
    });
  });

  test('that is changed in place after the tape has saved it is noticed outside', () => {
    assertSame((ready) => {
      const w = tensor([3], { requiresGrad: true });
      const step = ready((x) => x?.add_(1));
      const x = tensor([2]);
      step(x);
      const y = x.mul(w).sum();
      step(x);
      try {
        y.backward();
        return 'not noticed';
      } catch (error) {
        return String(error);
      }
    });
  });

  test('that is given twice, or shares its elements with another', () => {
    assertSame((ready) => {
      const step = ready((a, b) => {
        a?.add_(1);
        return b?.mul(10);
      });
      const x = tensor([1, 2]);
      const seen = [values(step(x, tensor([5, 6])) as Tensor), values(x)];
      seen.push(values(step(x, x) as Tensor), values(x));
      seen.push(values(step(x, x.reshape([2])) as Tensor), values(x));
      seen.push(values(step(x, tensor([7, 8])) as Tensor), values(x));
      return seen;
    });
  });

  test('that the step also reaches from outside, at first, later, or no longer', () => {
    for (const order of ['same first', 'other first'])
      assertSame((ready) => {
        const outside = tensor([1, 2]);
        const step = ready((x) => {
          x?.mul_(3);
          return outside.add(0);
        });
        const seen: unknown[] = [];
        for (const same of order === 'same first' ? [1, 0, 1] : [0, 1, 0]) {
          const x = same === 1 ? outside : tensor([5, 5]);
          seen.push(values(step(x) as Tensor), values(x), values(outside));
        }
        return seen;
      });
  });

  test('that requires a gradient gets it, and adds it to the one that it has', () => {
    const [step] = assertSame((ready) => {
      const square = ready((x) => {
        const loss = x?.square().sum() as Tensor;
        loss.backward();
        return loss;
      });
      const x = tensor([1, 2], { requiresGrad: true });
      const seen = [];
      for (let i = 0; i < 3; i++) {
        square(x);
        seen.push(values(x.grad));
      }
      x.grad = null;
      square(x);
      seen.push(values(x.grad));
      const other = tensor([5, 6], { requiresGrad: true });
      square(other);
      seen.push(values(other.grad), values(x.grad));
      return seen;
    });
    assert.equal(step?.programs, 2, 'one that finds a gradient and one that does not');
  });

  test('that is given twice gets the sum of both gradients', () => {
    assertSame((ready) => {
      const step = ready((a, b) => {
        const loss = a?.mul(b as Tensor).sum() as Tensor;
        loss.backward();
        return loss;
      });
      const [a, b] = [tensor([2], { requiresGrad: true }), tensor([5], { requiresGrad: true })];
      step(a, b);
      const seen = [values(a.grad), values(b.grad)];
      a.grad = null;
      step(a, a);
      return [...seen, values(a.grad)];
    });
  });

  test('whose gradient the step drops has none', () => {
    assertSame((ready) => {
      const step = ready((x) => {
        const loss = x?.square().sum() as Tensor;
        loss.backward();
        if (x !== undefined) x.grad = null;
        return loss;
      });
      const x = tensor([1], { requiresGrad: true });
      x.grad = tensor([7]);
      step(x);
      return values(x.grad);
    });
  });

  test('that has a past is refused where a gradient would have to flow into it', () => {
    const w = tensor([2], { requiresGrad: true });
    const step = compile((x: Tensor) => {
      const loss = x.square().sum();
      loss.backward();
      return loss;
    });
    assert.throws(() => step(w.mul(3)), {
      name: 'CaptureError',
      message:
        /^backward: argument 0 of the compiled step is the result of an op, .* detach\(\) it/,
    });
    const x = w.mul(3).detach().requiresGrad_();
    assert.equal(step(x).item(), 36);
    assert.deepEqual(values(x.grad), [12]);
    assert.equal(
      compile((x: Tensor) => x.square())(w.mul(3))
        .detach()
        .item(),
      36,
    );
  });

  test('that gets gradients under two names is refused', () => {
    const w = tensor([2], { requiresGrad: true });
    const step = compile((x: Tensor) => {
      const loss = x.mul(w).sum();
      loss.backward();
      return loss;
    });
    assert.throws(() => step(w), {
      name: 'CaptureError',
      message: /^backward: an argument .*both$/,
    });
    assert.equal(w.grad, null);
  });
});
