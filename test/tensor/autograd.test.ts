/** The tape: what flows where, how often, and what is refused. Values of gradients are tested op by op in test/ops. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { DTypeError, ShapeError, ValueError } from '../../src/core/errors.js';
import { useEngine } from '../../src/engine/select.js';
import { grad } from '../../src/tensor/autograd.js';
import { ones, tensor, zeros } from '../../src/tensor/creation.js';
import { defineOp } from '../../src/tensor/define-op.js';
import { enableGrad, noGrad } from '../../src/tensor/grad-scopes.js';
import { Parameter } from '../../src/tensor/parameter.js';
import type { Tensor } from '../../src/tensor/tensor.js';

beforeEach(() => useEngine('reference'));

const leaf = (values: number | number[]) => tensor(values, { requiresGrad: true });
const gradOf = (x: Tensor) => x.grad?.toArray();

describe('backward', () => {
  test('adds to .grad at every pass', () => {
    const x = leaf([1, 2]);
    x.square().sum().backward();
    assert.deepEqual(gradOf(x), [2, 4]);
    x.square().sum().backward();
    assert.deepEqual(gradOf(x), [4, 8]);
    x.grad = null;
    x.sum().backward();
    assert.deepEqual(gradOf(x), [1, 1]);
  });

  test('takes the gradient of what is not a scalar', () => {
    const x = leaf([1, 2, 3]);
    x.mul(x).backward(tensor([1, 10, 100]));
    assert.deepEqual(gradOf(x), [2, 40, 600]);
  });

  test('starts at a leaf as well', () => {
    const x = leaf([5]);
    x.backward();
    assert.deepEqual(gradOf(x), [1]);
  });

  test('joins the branches of a diamond before it goes on', () => {
    let calls = 0;
    const counted = defineOp('test.identity', {
      infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
      reference: ([x], [y]) => y.data.set(x.data),
      backward: (dy) => [
        () => {
          calls++;
          return dy;
        },
      ],
    });
    const x = leaf(3);
    const y = counted([x], {});
    y.mul(2).add(y.square()).add(y).backward();
    assert.equal(gradOf(x), 2 + 2 * 3 + 1);
    assert.equal(calls, 1);
  });

  test('goes through 10,000 calls in a row', () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 10_000; i++) y = y.add(1);
    y.backward();
    assert.equal(gradOf(x), 1);
  });

  test('computes no gradient that nobody needs', () => {
    const asked: string[] = [];
    const both = defineOp('test.both', {
      infer: ([a]) => [{ shape: a.shape, dtype: a.dtype }],
      reference: ([a], [y]) => y.data.set(a.data),
      backward: (dy) => [
        () => {
          asked.push('a');
          return dy;
        },
        () => {
          asked.push('b');
          return dy;
        },
      ],
    });
    both([leaf(1), tensor(2)], {}).backward();
    assert.deepEqual(asked, ['a']);
    const [a, b] = [leaf(1), leaf(2)];
    grad(both([a, b], {}), [b]);
    assert.deepEqual(asked, ['a', 'b']);
  });

  test('gives each tensor elements of its own', () => {
    const [a, b] = [leaf([1, 2]), leaf([3, 4])];
    const given = ones([2]);
    a.add(b).backward(given);
    noGrad(() => a.grad?.mul_(10));
    assert.deepEqual(gradOf(a), [10, 10]);
    assert.deepEqual(gradOf(b), [1, 1]);
    assert.deepEqual(given.toArray(), [1, 1]);
  });

  test('shares nothing between a view and its source', () => {
    const a = leaf([1, 2]);
    const b = leaf([1, 2]);
    a.view(2, 1).add(b.view(2, 1)).sum().backward();
    noGrad(() => a.grad?.zero_());
    assert.deepEqual(gradOf(b), [1, 1]);
  });

  test('frees the tape, unless told to keep it', () => {
    const x = leaf(3);
    const y = x.square();
    y.backward(null, { retainGraph: true });
    y.backward();
    assert.equal(gradOf(x), 12);
    assert.throws(() => y.backward(), {
      name: 'ValueError',
      message:
        'backward: the tape of square was already used and freed; pass { retainGraph: true } the first time to go through it twice',
    });
  });

  test('says what is wrong', () => {
    const x = leaf([1, 2]);
    assert.throws(() => tensor([1]).backward(), {
      name: 'ValueError',
      message:
        'backward: the tensor does not require a gradient and has no past; set requiresGrad on what it is computed from',
    });
    assert.throws(() => x.mul(2).backward(), {
      name: 'ShapeError',
      message:
        'backward: the tensor [2] is not a scalar; pass the gradient of that shape, or reduce it with .sum() or .mean()',
    });
    assert.throws(() => x.mul(2).backward(ones([3])), {
      name: 'ShapeError',
      message: "backward: the gradient [3] must have the tensor's shape [2]",
    });
    assert.throws(() => x.mul(2).backward(ones([2], { dtype: 'float64' })), {
      name: 'DTypeError',
      message:
        "backward: the gradient is float64, the tensor's dtype float32 is required; convert it with .to()",
    });
  });
});

describe('gradient mode', () => {
  test('noGrad records nothing, also after an error; enableGrad records inside it', () => {
    const x = leaf(2);
    assert.equal(noGrad(() => x.mul(3)).requiresGrad, false);
    assert.equal(noGrad(() => enableGrad(() => x.mul(3))).requiresGrad, true);
    assert.throws(() =>
      noGrad(() => {
        throw new Error('inside');
      }),
    );
    assert.equal(x.mul(3).requiresGrad, true);
  });

  test('detach cuts, and shares the elements', () => {
    const x = leaf([1, 2]);
    const cut = x.detach();
    x.mul(cut).sum().backward();
    assert.deepEqual(gradOf(x), [1, 2]);
    assert.equal(cut.requiresGrad, false);
    assert.equal(cut.storage, x.storage);
  });

  test('only floats require gradients, and only leaves stop to', () => {
    assert.throws(() => tensor([1], { dtype: 'int32' }).requiresGrad_(), {
      name: 'DTypeError',
      message: 'requiresGrad: the tensor is int32, only float32 and float64 tensors have gradients',
    });
    assert.throws(() => leaf(1).mul(2).requiresGrad_(false), {
      name: 'ValueError',
      message:
        'requiresGrad: can be switched off only on leaf tensors; use .detach() for a copy without gradient',
    });
  });

  test('gradients flow back through casts, and not into whole numbers', () => {
    const x = leaf([1.5, -2]);
    const y = x.double().mul(2);
    y.sum().backward();
    assert.equal(x.grad?.dtype, 'float32');
    assert.deepEqual(gradOf(x), [2, 2]);
    assert.equal(x.gt(0).requiresGrad, false);
    assert.equal(x.argmax().requiresGrad, false);
    assert.equal(x.int().requiresGrad, false);
  });
});

describe('hooks', () => {
  test('see the whole gradient once, and may replace it', () => {
    const x = leaf([1, 2]);
    const seen: unknown[] = [];
    const handle = x.registerHook((g) => {
      seen.push(g.toArray());
      return g.mul(10);
    });
    x.mul(2).add(x.mul(3)).sum().backward();
    assert.deepEqual(seen, [[5, 5]]);
    assert.deepEqual(gradOf(x), [50, 50]);
    handle.remove();
    x.grad = null;
    x.sum().backward();
    assert.deepEqual(gradOf(x), [1, 1]);
  });

  test('work in the middle of the tape', () => {
    const x = leaf(3);
    const y = x.mul(2);
    y.registerHook((g) => g.add(1));
    y.square().backward();
    assert.equal(gradOf(x), (2 * 6 + 1) * 2);
  });

  test('must keep the shape', () => {
    const x = leaf([1, 2]);
    x.registerHook(() => zeros([3]));
    assert.throws(() => x.sum().backward(), {
      name: 'ShapeError',
      message: 'registerHook: a hook returned [3] for a gradient [2], the shape must stay',
    });
  });

  test('need a tensor with a gradient', () => {
    assert.throws(() => tensor([1]).registerHook(() => undefined), ValueError);
    assert.throws(() => tensor([1]).retainGrad(), ValueError);
  });

  test('retainGrad keeps what is not a leaf, with elements of its own', () => {
    const x = leaf([1, 2]);
    const y = x.add(0).retainGrad();
    assert.equal(x.retainGrad(), x);
    y.sum().backward();
    assert.deepEqual(gradOf(y), [1, 1]);
    noGrad(() => y.grad?.zero_());
    assert.deepEqual(gradOf(x), [1, 1]);
  });
});

describe('autograd.grad', () => {
  test('returns gradients of leaves and of results, and leaves .grad alone', () => {
    const x = leaf(2);
    const y = x.square().retainGrad();
    const z = y.mul(3);
    const [dx, dy, dz] = grad(z, [x, y, z]);
    assert.deepEqual([dx?.item(), dy?.item(), dz?.item()], [12, 3, 1]);
    assert.deepEqual([x.grad, y.grad], [null, null]);
  });

  test('sums over several outputs, with their gradients', () => {
    const x = leaf([1, 2]);
    const outputs = [x.mul(2), x.sum()];
    const [dx] = grad(outputs, [x], { gradOutputs: [tensor([1, 10]), null] });
    assert.deepEqual(dx?.toArray(), [3, 21]);
  });

  test('refuses inputs that were not used, or gives null', () => {
    const [x, unused] = [leaf(1), leaf([1, 2])];
    assert.throws(() => grad(x.mul(2), [x, unused]), {
      name: 'ValueError',
      message:
        'autograd.grad: input 1 [2] was not used to compute the outputs; pass { allowUnused: true } to get null',
    });
    assert.deepEqual(
      grad(x.mul(2), [x, unused], { allowUnused: true }).map((g) => g?.item() ?? null),
      [2, null],
    );
    assert.throws(() => grad(x.mul(2), [tensor([1])]), {
      name: 'ValueError',
      message:
        'autograd.grad: input 0 [1] does not require a gradient; call requiresGrad_() before it is used',
    });
  });
});

describe('in-place ops', () => {
  test('are refused where autograd looks, and allowed under noGrad', () => {
    const x = new Parameter(ones([2]));
    assert.throws(() => x.add_(1), {
      name: 'ValueError',
      message:
        'add_: changes a tensor that autograd may still need; wrap the call in noGrad(() => …)',
    });
    assert.throws(() => zeros([2]).add_(x), ValueError);
    assert.equal(
      noGrad(() => x.add_(1)),
      x,
    );
    assert.deepEqual(x.toArray(), [2, 2]);
  });

  test('on a saved tensor are noticed by backward', () => {
    const x = leaf([1, 2]);
    const factor = tensor([3, 4]);
    const y = x.mul(factor);
    factor.add_(1);
    assert.throws(() => y.sum().backward(), {
      name: 'ValueError',
      message:
        'mul: a tensor [2] that backward() needs was changed in place after it was used; ' +
        'call backward() before the in-place op, or clone() the tensor first',
    });
  });

  test('on a tensor that backward does not read are harmless', () => {
    const x = leaf([1, 2]);
    const shift = tensor([3, 4]);
    const y = x.add(shift);
    shift.zero_();
    y.sum().backward();
    assert.deepEqual(gradOf(x), [1, 1]);
  });

  test('write through views', () => {
    const x = zeros([2, 2]);
    x.view(4).add_(1);
    assert.deepEqual(x.toArray(), [
      [1, 1],
      [1, 1],
    ]);
  });

  test('must fit the target', () => {
    assert.throws(() => zeros([2]).add_(zeros([3, 2])), {
      name: ShapeError.name,
      message: 'add_: the result [3,2] does not fit in place into [2]',
    });
    assert.throws(() => zeros([2], { dtype: 'int32' }).add_(0.5), {
      name: DTypeError.name,
      message:
        'add_: the result is float32 and cannot be written into a int32 tensor; convert with .to()',
    });
  });
});
