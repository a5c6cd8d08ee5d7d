/**
 * What a recorded step touches and does not own: arguments, gradients, modules, optimizers, values of tensors from outside.
 * Each test runs a step eagerly and compiled, and looks at everything that can be seen afterwards; or it ends in a named error.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  CaptureError,
  type Compiled,
  compile,
  manualSeed,
  nn,
  noGrad,
  optim,
  type StepResult,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';

beforeEach(() => {
  manualSeed(0);
});

const values = (t: Tensor | null | undefined) => (t === null || t === undefined ? t : [...t.data]);

type Step = (...args: Tensor[]) => StepResult;
/** Makes what a program works with, and calls `ready(step)`, eager or compiled; returns all that it has seen. */
type Program = (ready: (step: Step) => Step) => unknown;

/** Both ways see the same. Returns the compiled steps. */
function assertSame(program: Program): Compiled<Tensor[], StepResult>[] {
  const steps: Compiled<Tensor[], StepResult>[] = [];
  manualSeed(1);
  const expected = program((step) => step);
  manualSeed(1);
  const actual = program((step) => {
    const compiled = compile(step);
    steps.push(compiled);
    return compiled;
  });
  assert.deepEqual(actual, expected);
  return steps;
}

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

describe('a result', () => {
  test('requires a gradient as it would eagerly, and says why none can flow through it', () => {
    const w = tensor([2], { requiresGrad: true });
    const features = compile((x: Tensor) => x.mul(w));
    const y = features(tensor([3]));
    assert.equal(y.requiresGrad, true);
    const loss = y.sum().add(w.square().sum());
    assert.throws(() => loss.backward(), {
      name: 'CaptureError',
      message: /^backward: the tensor was returned by a compiled step, which keeps no tape/,
    });
    assert.equal(w.grad, null, 'not even the part that could flow');
    features(tensor([3]))
      .detach()
      .add(w.square())
      .sum()
      .backward();
    assert.deepEqual(values(w.grad), [4]);
    assert.equal(noGrad(() => features(tensor([3]))).requiresGrad, false);
  });
});

describe('a value', () => {
  test('of a tensor from outside cannot be read inside, where it would be read once', () => {
    const scale = tensor([3]);
    for (const [name, read] of [
      ['item()', () => scale.item()],
      ['toArray()', () => scale.toArray()],
      ['data', () => scale.data[0]],
    ] as const)
      assert.throws(() => compile((x: Tensor) => x.mul(Number(read())))(tensor([1])), {
        name: 'CaptureError',
        message: new RegExp(`^${name.replace(/[()]/g, '\\$&')}: elements from outside of the step`),
      });
  });

  test('of a tensor made inside can be read and changed until an op has changed it', () => {
    assertSame((ready) => {
      const step = ready((x) => {
        const mask = zeros([2]);
        const before = x?.add(mask) as Tensor;
        mask.data[1] = 5;
        return [before, x?.add(mask) as Tensor, tensor([mask.toArray() as number[]])];
      });
      return [1, 2].map((v) => (step(tensor([v, v])) as Tensor[]).map(values));
    });
    const step = compile((x: Tensor) => {
      const sum = zeros([1]);
      sum.add_(x);
      return tensor([sum.item()]);
    });
    assert.throws(() => step(tensor([2])), CaptureError);
  });
});

describe('an optimizer', () => {
  test('that gets another group after the first call trains it', () => {
    assertSame((ready) => {
      const [a, b] = [new nn.Parameter(tensor([1])), new nn.Parameter(tensor([2]))];
      const optimizer = new optim.SGD([a], { lr: 0.1 });
      const step = ready((x) => {
        optimizer.zeroGrad();
        const loss = a
          .mul(b)
          .mul(x as Tensor)
          .sum();
        loss.backward();
        optimizer.step();
        return loss;
      });
      step(tensor([1]));
      optimizer.addParamGroup({ params: [b], lr: 0.01 });
      return [1, 2].map((v) => {
        step(tensor([v]));
        return [values(a), values(b)];
      });
    });
  });
});

describe('a module', () => {
  test('whose layer is replaced after the recording runs the new one', () => {
    class Net extends nn.Module {
      body = new nn.Linear(2, 3);
      head: nn.Module = new nn.Linear(3, 1);
      override forward(x: Tensor): Tensor {
        return this.head(this.body(x).relu());
      }
    }
    const [step] = assertSame((ready) => {
      const net = new Net();
      const step = ready((x) => net(x as Tensor).detach());
      const x = tensor([[1, 2]]);
      const seen = [values(step(x) as Tensor)];
      net.head = new nn.Linear(3, 2);
      seen.push(values(step(x) as Tensor), values(step(x) as Tensor));
      Object.assign(net.body, { weight: new nn.Parameter(zeros([3, 2])) });
      seen.push(values(step(x) as Tensor));
      return seen;
    });
    assert.equal(step?.programs, 3);
  });

  test('that gets another layer after the recording runs it', () => {
    assertSame((ready) => {
      const net = new nn.Sequential(new nn.Linear(2, 2));
      const step = ready((x) => net(x as Tensor).detach());
      const x = tensor([[1, 2]]);
      const seen = [values(step(x) as Tensor)];
      net.append(new nn.Linear(2, 1));
      return [...seen, values(step(x) as Tensor)];
    });
  });

  test('of another model that gets a hook does not count; one of the step does', () => {
    const net = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    const other = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    const step = compile((x: Tensor) => net(x).detach());
    const x = tensor([[1, 2]]);
    const plain = values(step(x));
    for (const module of other.modules()) module.registerForwardHook(() => undefined);
    step(x);
    assert.equal(step.programs, 1);
    const [, , relu] = net.modules();
    const handle = relu?.registerForwardHook((_module, _inputs, output) => output.add(1));
    assert.deepEqual(
      values(step(x)),
      plain?.map((v) => Math.fround(v + 1)),
    );
    assert.equal(step.programs, 2);
    handle?.remove();
    assert.deepEqual(values(step(x)), plain);
    const { programs } = step;
    const again = relu?.registerForwardHook((_module, _inputs, output) => output.add(2));
    again?.remove();
    assert.deepEqual(values(step(x)), plain);
    assert.equal(step.programs, programs, 'a hook that has come and gone does not count');
  });

  test('that replaces a tensor which the step reads is refused: replays would not replace it', () => {
    class Counter extends nn.Module {
      total = zeros([1]);
      last: Tensor | undefined;
      override forward(x: Tensor): Tensor {
        this.last = x;
        this.total = this.total.add(x);
        return this.total;
      }
    }
    const counter = new Counter();
    assert.throws(() => compile((x: Tensor) => counter(x))(tensor([1])), {
      name: 'CaptureError',
      message: /^Counter\.total: is replaced in the step .*; change it in place: copy_\(\)$/,
    });
  });
});
