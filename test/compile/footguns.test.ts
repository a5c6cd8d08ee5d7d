/**
 * One test per way to be surprised by a recorded step, each ending in the right answer or in a named error. None may
 * document a silent mismatch.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
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
import type { Buffer } from '../../src/nn/buffer.js';

beforeEach(() => {
  manualSeed(0);
});

const values = (t: Tensor) => [...t.data];

function closeTo(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, v] of actual.entries())
    assert.ok(Math.abs(v - (expected[i] ?? Number.NaN)) < 1e-6, `${actual} instead of ${expected}`);
}

test('a replay sees new arguments, not those of the recording', () => {
  const double = compile((x: Tensor) => x.mul(2));
  assert.deepEqual(values(double(tensor([1, 2]))), [2, 4]);
  assert.deepEqual(values(double(tensor([5, 7]))), [10, 14]);
  assert.equal(double.programs, 1);
});

test('outputs are the caller’s: the next replay does not change them', () => {
  const double = compile((x: Tensor) => x.mul(2));
  const first = double(tensor([1]));
  double(tensor([50]));
  assert.deepEqual(values(first), [2]);
});

test('an output that is the argument itself is a copy of it', () => {
  const identity = compile((x: Tensor) => x);
  const x = tensor([1, 2]);
  const y = identity(x);
  assert.deepEqual(values(y), [1, 2]);
  noGrad(() => y.add_(1));
  assert.deepEqual(values(x), [1, 2]);
});

test('a tensor from outside is read anew at each replay, also after it was changed in place', () => {
  const scale = tensor([3]);
  const step = compile((x: Tensor) => x.mul(scale));
  assert.deepEqual(values(step(tensor([2]))), [6]);
  scale.mul_(10);
  assert.deepEqual(values(step(tensor([2]))), [60]);
});

test('a tensor made inside starts afresh at each replay', () => {
  const step = compile((x: Tensor) => {
    const sum = zeros([1]);
    sum.add_(x);
    return sum;
  });
  assert.deepEqual(values(step(tensor([2]))), [2]);
  assert.deepEqual(values(step(tensor([2]))), [2]);
});

test('a state from outside that is written in place carries over', () => {
  const total = zeros([1]);
  const step = compile((x: Tensor) => {
    total.add_(x);
    return total.mul(2);
  });
  assert.deepEqual(values(step(tensor([2]))), [4]);
  assert.deepEqual(values(step(tensor([3]))), [10]);
  assert.deepEqual(values(total), [5]);
});

test('reading before and after an in-place write gives the old and the new value', () => {
  const state = tensor([1]);
  const step = compile((x: Tensor) => {
    const before = state.mul(1);
    state.copy_(x);
    return [before, state.mul(1)];
  });
  const [before, after] = step(tensor([9]));
  assert.deepEqual(
    [before, after].map((t) => t && values(t)),
    [[1], [9]],
  );
  const [again] = step(tensor([5]));
  assert.deepEqual(again && values(again), [9]);
});

test('two states may swap their values', () => {
  const a = tensor([1, 2]);
  const b = tensor([3, 4]);
  const swap = compile((x: Tensor) => {
    const kept = a.mul(1);
    a.copy_(b);
    b.copy_(kept);
    return x;
  });
  swap(tensor([0]));
  assert.deepEqual(
    [values(a), values(b)],
    [
      [3, 4],
      [1, 2],
    ],
  );
});

test('a write through a reshaped view reaches the state', () => {
  const state = zeros([2, 2]);
  const step = compile((x: Tensor) => {
    state.reshape([4]).add_(x);
    return state.sum();
  });
  assert.equal(step(tensor([1, 2, 3, 4])).item(), 10);
  assert.deepEqual(values(state), [1, 2, 3, 4]);
});

test('reading a value inside is a CaptureError', () => {
  for (const read of [
    (t: Tensor) => t.item(),
    (t: Tensor) => t.toArray(),
    (t: Tensor) => t.data,
    (t: Tensor) => String(t),
  ]) {
    const step = compile((x: Tensor) => {
      read(x.sum());
      return x;
    });
    assert.throws(() => step(tensor([1])), {
      name: 'CaptureError',
      message: /: the step is being captured; return the tensor and read it outside$/,
    });
  }
});

test('a step that failed to record leaves nothing behind', () => {
  const w = tensor([2], { requiresGrad: true });
  const step = compile((x: Tensor) => {
    x.mul(w).sum().backward();
    throw new RangeError('no');
  });
  assert.throws(() => step(tensor([1])), RangeError);
  assert.equal(w.grad, null);
  assert.equal(tensor([1]).add(1).item(), 2);
});

test('a tensor kept from inside cannot be read outside', () => {
  let kept: Tensor | undefined;
  const step = compile((x: Tensor) => {
    kept = x.mul(2);
    return kept;
  });
  step(tensor([1]));
  assert.throws(() => kept?.item(), CaptureError);
  const other = compile((x: Tensor) => (kept === undefined ? x : kept.add(x)));
  assert.throws(() => other(tensor([1])), {
    name: 'CaptureError',
    message: /made inside another compiled step/,
  });
});

test('a number in the step is frozen, a tensor is not', () => {
  const factor = tensor(2);
  const step = compile((x: Tensor) => x.mul(factor));
  step(tensor([1]));
  factor.fill_(5);
  assert.deepEqual(values(step(tensor([1]))), [5]);
});

test('another shape or dtype records another program', () => {
  const step = compile((x: Tensor) => x.sum());
  assert.equal(step(tensor([1, 2])).item(), 3);
  assert.equal(step(tensor([1, 2, 3])).item(), 6);
  assert.equal(step(tensor([1, 2], { dtype: 'int32' })).item(), 3);
  assert.equal(step(tensor([4, 5])).item(), 9);
  assert.equal(step.programs, 3);
});

test('ever new signatures end in an error that names them', () => {
  const step = compile((x: Tensor) => x.sum(), { maxPrograms: 3 });
  for (let n = 1; n <= 3; n++) step(zeros([n]));
  assert.throws(() => step(zeros([4])), {
    name: 'CaptureError',
    message:
      /recorded for 3 signatures and is called with yet another: .*\[4\] after .*; give batches a fixed shape/,
  });
});

test('training mode is part of the signature', () => {
  const dropout = new nn.Dropout(0.5);
  const step = compile((x: Tensor) => dropout.forward(x));
  const x = tensor(new Float32Array(200).fill(1));
  assert.ok(values(step(x)).some((v) => v === 0));
  dropout.eval();
  assert.deepEqual(values(step(x)), values(x));
  dropout.train();
  assert.ok(values(step(x)).some((v) => v === 0));
  assert.equal(step.programs, 2);
});

test('a parameter that is frozen after the recording stays as it is', () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const loss = model.forward(x).square().sum();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const x = tensor([[1, 2]]);
  step(x);
  const [first, , last] = model.parameters();
  assert.ok(first !== undefined && last !== undefined);
  first.requiresGrad = false;
  const [frozen, trained] = [values(first), values(last)];
  step(x);
  assert.deepEqual(values(first), frozen);
  assert.notDeepEqual(values(last), trained);
});

test('a hook that is added, or removed, after the recording counts', () => {
  const layer = new nn.Linear(2, 2);
  const step = compile((x: Tensor) => layer.forward(x));
  const x = tensor([[1, 2]]);
  const plain = values(step(x));
  const handle = layer.registerForwardHook((_module, _inputs, output) => output.mul(3));
  assert.deepEqual(
    values(step(x)),
    plain.map((v) => Math.fround(v * 3)),
  );
  handle.remove();
  assert.deepEqual(values(step(x)), plain);
});

test('noGrad outside is part of the signature', () => {
  const w = tensor([2], { requiresGrad: true });
  const step = compile((x: Tensor) => {
    const y = x.mul(w).sum();
    if (y.requiresGrad) y.backward();
    return y;
  });
  noGrad(() => step(tensor([1])));
  assert.equal(step(tensor([1])).item(), 2);
  assert.equal(step.programs, 2);
});

test('dropout draws anew at each replay, and as eagerly', () => {
  const draw = (compiled: boolean) => {
    manualSeed(3);
    const dropout = new nn.Dropout(0.5);
    const forward = (x: Tensor) => dropout.forward(x);
    const step = compiled ? compile(forward) : forward;
    const x = tensor(new Float32Array(64).fill(1));
    return [0, 1, 2].map(() => values(step(x)).join());
  };
  const compiled = draw(true);
  assert.equal(new Set(compiled).size, 3);
  assert.deepEqual(compiled, draw(false));
});

test('batch norm’s running statistics and counter move at each replay', () => {
  const run = (compiled: boolean) => {
    const norm = new nn.BatchNorm1d(2);
    const forward = (x: Tensor) => norm.forward(x);
    const step = compiled ? compile(forward) : forward;
    for (let i = 0; i < 3; i++)
      step(
        tensor([
          [1, 2],
          [3, 5],
          [8, i],
        ]),
      );
    return norm.buffers().map((b: Buffer) => values(b));
  };
  const expected = run(false);
  closeTo(run(true).flat(), expected.flat());
});

test('the learning rate and the step count are read at each replay', () => {
  const train = (compiled: boolean) => {
    const w = new nn.Parameter(tensor([1, -2]));
    const optimizer = new optim.Adam([w], { lr: 0.1 });
    const body = (x: Tensor) => {
      optimizer.zeroGrad();
      const loss = w.mul(x).square().sum();
      loss.backward();
      optimizer.step();
      return loss;
    };
    const step = compiled ? compile(body) : body;
    for (let i = 1; i <= 6; i++) {
      optimizer.lr = 0.1 / i;
      step(tensor([i, 1]));
    }
    return values(w);
  };
  closeTo(train(true), train(false));
});

test('gradients that are added to across replays add up', () => {
  const w = tensor([1], { requiresGrad: true });
  w.grad = tensor([100]);
  const step = compile((x: Tensor) => {
    const loss = x.mul(w).sum();
    loss.backward();
    return loss;
  });
  step(tensor([2]));
  step(tensor([3]));
  assert.equal(w.grad?.item(), 105);
});

test('a gradient of a compiled step is not mistaken for one outside', () => {
  const w = tensor([1], { requiresGrad: true });
  const step = compile((x: Tensor) => {
    w.grad = null;
    const loss = x.mul(w).sum();
    loss.backward();
    return loss;
  });
  step(tensor([2]));
  assert.throws(() => w.grad?.item(), CaptureError);
  step(tensor([2]));
  w.grad = null;
  w.mul(tensor([4]))
    .sum()
    .backward();
  assert.equal(w.grad !== null && (w.grad as Tensor).item(), 4);
  step(tensor([2])); // The step drops the old gradient first, as it did when it was recorded.
  assert.throws(() => w.grad?.item(), CaptureError);
});

test('arguments must be tensors, and the step synchronous', () => {
  const step = compile((x: Tensor) => x);
  assert.throws(() => step(3 as unknown as Tensor), {
    name: 'CaptureError',
    message: 'compile: argument 0 is number, the arguments of a compiled step must be tensors',
  });
  const late = compile((async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor);
  assert.throws(() => late(tensor([1])), { name: 'CaptureError', message: /must be synchronous/ });
});

test('a compiled step inside another is part of it', () => {
  const inner = compile((x: Tensor) => x.add(1));
  const outer = compile((x: Tensor) => inner(x).mul(10));
  assert.deepEqual(values(outer(tensor([1]))), [20]);
  assert.deepEqual(values(outer(tensor([2]))), [30]);
  assert.equal(inner.programs, 0);
});

test('the same tensor twice among the arguments is two arguments', () => {
  const step = compile((a: Tensor, b: Tensor) => a.sub(b));
  const x = tensor([1]);
  assert.equal(step(x, x).item(), 0);
  assert.equal(step(x, tensor([5])).item(), -4);
});

test('two replays on the same input are bit-identical', () => {
  const w = tensor(Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i)));
  const step = compile((x: Tensor) => x.mul(w).exp().sum());
  const x = tensor(Float32Array.from({ length: 4096 }, (_, i) => Math.cos(i)));
  assert.equal(step(x).item(), step(x).item());
});

test('the program is readable', () => {
  const step = compile((x: Tensor) => x.mul(2).relu());
  assert.equal(step.program, '');
  step(tensor([1]));
  assert.match(step.program, /mul/);
  assert.match(step.program, /relu/);
});
