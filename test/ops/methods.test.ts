/** What the case table cannot say of methods and functions: sharing, identity, and values that leave tensors. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import * as backends from '../../src/backends.js';
import { compile } from '../../src/compile/compile.js';
import { device } from '../../src/core/device.js';
import * as cuda from '../../src/cuda.js';
import { useEngine } from '../../src/engine/select.js';
import { Identity, Linear } from '../../src/nn/index.js';
import * as functions from '../../src/ops/functions.js';
import { randn } from '../../src/ops/random.js';
import { full, ones, tensor, zeros } from '../../src/tensor/creation.js';
import { Tensor } from '../../src/tensor/tensor.js';

useEngine('reference');

describe('out of tensors', () => {
  test('toArray nests as deep as the tensor, and item takes the only element', () => {
    assert.deepEqual(tensor([[[1], [2]]]).toArray(), [[[1], [2]]]);
    assert.deepEqual(zeros([2, 0]).toArray(), [[], []]);
    assert.deepEqual(tensor([true, false]).toArray(), [true, false]);
    assert.equal(tensor(2.5).toArray(), 2.5);
    assert.equal(tensor([[7]]).item(), 7);
    assert.equal(tensor(true).item(), 1);
  });

  test('size counts from both ends', () => {
    const x = zeros([2, 3, 4]);
    assert.deepEqual(x.size(), [2, 3, 4]);
    assert.deepEqual([x.size(0), x.size(-1), x.ndim, x.numel()], [2, 4, 3, 24]);
  });
});

describe('the squeeze of the tutorial', () => {
  const x = zeros([2, 1, 2, 1, 2]);
  test('without a dimension', () => assert.deepEqual(x.squeeze().size(), [2, 2, 2]));
  test('of a dimension that is not 1', () =>
    assert.deepEqual(x.squeeze(0).size(), [2, 1, 2, 1, 2]));
  test('of one that is', () => assert.deepEqual(x.squeeze(1).size(), [2, 2, 1, 2]));
});

describe('elements', () => {
  test('are shared by reshapes, and copied by everything else', () => {
    const x = ones([2, 3]);
    const shared = [
      x.view(6),
      x.reshape(3, 2),
      x.flatten(),
      x.squeeze(),
      x.unsqueeze(0),
      x.detach(),
    ];
    const copied = [x.clone(), x.t(), x.at(0), x.narrow(0, 0, 2), x.expand(2, 3), x.add(0)];
    for (const y of shared) assert.equal(y.storage, x.storage);
    for (const y of copied) assert.notEqual(y.storage, x.storage);
  });

  test('stay where nothing is to be done', () => {
    const x = ones([2, 3]);
    assert.equal(x.to('float32'), x);
    assert.equal(x.float(), x);
    assert.equal(x.sumTo([2, 3]), x);
  });

  test('of parts do not follow the whole', () => {
    const x = zeros([2, 2]);
    const row = x.at(0);
    x.add_(1);
    assert.deepEqual(row.toArray(), [0, 0]);
  });

  test('in-place methods return the tensor itself', () => {
    const x = zeros([2]);
    assert.equal(
      x
        .add_(4)
        .sub_(1)
        .mul_(2)
        .div_(3)
        .clamp_(0, 1)
        .lerp_(ones([2]), 0.5),
      x,
    );
    assert.deepEqual(x.toArray(), [1, 1]);
    assert.deepEqual(
      x
        .fill_(3)
        .copy_(tensor([1, 2]))
        .toArray(),
      [1, 2],
    );
    assert.deepEqual(x.zero_().toArray(), [0, 0]);
  });
});

test('functions do what the methods of their names do', () => {
  const x = randn([2, 2]);
  const {
    cat: _cat,
    stack: _stack,
    where: _where,
    bmm: _bmm,
    flip: _flip,
    ...sameAsMethods
  } = functions;
  const calls: Readonly<Record<string, readonly unknown[]>> = {
    clamp: [0, 1],
    lerp: [ones([2, 2]), 0.5],
    reshape: [[4]],
    permute: [[1, 0]],
    transpose: [0, 1],
    narrow: [0, 0, 1],
    indexSelect: [0, tensor([1], { dtype: 'int32' })],
    gather: [0, zeros([1, 2], { dtype: 'int32' })],
    split: [1],
    chunk: [2],
    unsqueeze: [0],
    softmax: [0],
    logSoftmax: [0],
    neg: [],
    norm: [1],
    cumsum: [0],
    logsumexp: [0],
    topk: [1],
    roll: [1],
    scatter: [0, zeros([1, 2], { dtype: 'int32' }), 1],
    scatterAdd: [0, zeros([1, 2], { dtype: 'int32' }), ones([1, 2])],
  };
  for (const [name, call] of Object.entries(sameAsMethods)) {
    const takesOther = /^(add|sub|mul|div|pow|maximum|minimum|eq|ne|lt|le|gt|ge|matmul)$/.test(
      name,
    );
    const args = calls[name] ?? (takesOther ? [ones([2, 2])] : []);
    const method: unknown = Reflect.get(Tensor.prototype, name);
    assert.ok(typeof method === 'function', name);
    const expected: unknown = Reflect.apply(method, x, args);
    const actual: unknown = Reflect.apply(call, undefined, [x, ...args]);
    assert.equal(String(actual), String(expected), name);
  }
});

test('max and min: of all, along a dimension by name or in order, and of two tensors', () => {
  const x = tensor([
    [1, 5, 3],
    [7, 2, 4],
  ]);
  const { max, min } = functions;
  assert.equal(max(x).item(), 7);
  assert.equal(min(x).item(), 1);
  const [values, predicted] = max(x, 1);
  assert.deepEqual(
    [values.toArray(), predicted.toArray()],
    [
      [5, 7],
      [1, 0],
    ],
  );
  const [, smallest] = x.min(0);
  assert.deepEqual(smallest.toArray(), [0, 1, 0]);
  const { indices } = min(x, -1, { keepdim: true });
  assert.deepEqual(indices.toArray(), [[0], [1]]);
  assert.deepEqual(max(x, full([2, 3], 4)).toArray(), x.maximum(full([2, 3], 4)).toArray());
  assert.deepEqual(min(x, full([2, 3], 4)).toArray(), x.minimum(full([2, 3], 4)).toArray());
  const [best, place] = x.topk(1);
  assert.deepEqual(
    [best.toArray(), place.toArray()],
    [
      [[5], [7]],
      [[1], [0]],
    ],
  );
  const printed = 'ValuesAndIndices(\nvalues=tensor([5., 7.]),\nindices=tensor([1, 0]))';
  assert.equal(String(max(x, 1)), printed);
  assert.equal(inspect(max(x, 1)), printed);
});

test('a recorded step returns what max along a dimension gives', () => {
  const largest = compile((x: Tensor) => x.max(1));
  for (let call = 0; call < 2; call++) {
    const [values, indices] = largest(tensor([[1, 5]]));
    assert.deepEqual([values.toArray(), indices.dtype], [[5], 'int32']);
  }
});

test('devices: where nothing else computes everything is on the CPU', () => {
  const x = ones([1]);
  assert.equal(x.device, 'cpu');
  assert.equal(x.to(device('cpu')), x);
  assert.equal(x.type('int32').dtype, 'int32');
  const model = new Identity();
  assert.equal(model.to(device('cpu')), model);
  assert.ok(!cuda.isAvailable() && !backends.mps.isAvailable());
  const recorded = compile((value: Tensor) => value.mul(2).to('gpu'));
  for (const move of [() => x.to('gpu'), () => new Linear(1, 1).to('gpu'), () => recorded(x)])
    assert.throws(
      move,
      /: device='gpu' is given, and engine \w+ does not compute there; call useDevice\('gpu'\) first$/,
    );
  assert.throws(() => device('cuda:0'), {
    name: 'ValueError',
    message:
      "device: device=\"cuda:0\" must be 'cpu' or 'gpu'; useDevice('auto') chooses one and says which",
  });
});
