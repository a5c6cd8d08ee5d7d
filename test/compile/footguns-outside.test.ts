/**
 * What a recorded step touches and does not own: modules, optimizers, results, values of tensors from outside.
 * Each test runs a step eagerly and compiled, and looks at everything that can be seen afterwards; or it ends in a named error.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  CaptureError,
  compile,
  manualSeed,
  nn,
  noGrad,
  optim,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import { assertSame, values } from './eager-and-compiled.js';

beforeEach(() => {
  manualSeed(0);
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
