import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { rand, randn } from '../../src/ops/random.js';
import {
  arange,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from '../../src/tensor/creation.js';

useEngine('reference');

describe('tensor', () => {
  test('takes numbers, nested arrays, booleans and typed arrays', () => {
    assert.deepEqual(tensor(3).shape, []);
    assert.deepEqual(tensor([]).shape, [0]);
    const matrix = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual([matrix.shape, matrix.dtype], [[2, 3], 'float32']);
    assert.deepEqual([...matrix.data], [1, 2, 3, 4, 5, 6]);
    assert.equal(tensor([true, false]).dtype, 'bool');
    assert.equal(tensor(Int32Array.of(1, 2)).dtype, 'int32');
    assert.equal(tensor(new Float64Array(2)).dtype, 'float64');
    assert.deepEqual([...tensor([0, 2, -1], { dtype: 'bool' }).data], [0, 1, 1]);
  });

  test('copies typed arrays', () => {
    const source = Float32Array.of(1, 2);
    const copy = tensor(source);
    source[0] = 9;
    assert.deepEqual(copy.toArray(), [1, 2]);
  });

  test('refuses ragged arrays', () => {
    assert.throws(() => tensor([[1, 2], [3]]), {
      name: 'ShapeError',
      message:
        'tensor: nested arrays are ragged: 1 items at depth 1, where the first item has shape [2,2]',
    });
    assert.throws(() => tensor([[1], 2]), {
      name: 'ShapeError',
      message:
        'tensor: nested arrays are ragged: a number at depth 1, where the first item has shape [2,1]',
    });
    assert.throws(() => tensor([1, [2]]), {
      name: 'ShapeError',
      message:
        'tensor: nested arrays are ragged: 1 items at depth 1, where the first item has shape [2]',
    });
  });
});

test('filled tensors, and those like another', () => {
  assert.deepEqual(zeros([2]).toArray(), [0, 0]);
  assert.deepEqual(ones([1, 2], { dtype: 'int32' }).toArray(), [[1, 1]]);
  assert.deepEqual(full([2], 7).toArray(), [7, 7]);
  assert.deepEqual(full([2], 7, { dtype: 'bool' }).toArray(), [true, true]);
  const like = ones([2], { dtype: 'float64' });
  assert.deepEqual(
    [zerosLike(like), onesLike(like), fullLike(like, 3)].map((x) => [x.dtype, x.toArray()]),
    [
      ['float64', [0, 0]],
      ['float64', [1, 1]],
      ['float64', [3, 3]],
    ],
  );
  assert.deepEqual(eye(2, 3).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  assert.throws(() => zeros([2, -1]), {
    name: 'ShapeError',
    message: 'zeros: shape [2,-1] must hold whole numbers ≥ 0',
  });
});

test('arange counts as PyTorch does', () => {
  assert.deepEqual(arange(3).toArray(), [0, 1, 2]);
  assert.deepEqual([arange(3).dtype, arange(1, 2, 0.5).dtype], ['int32', 'float32']);
  assert.deepEqual(arange(1, 2, 0.5).toArray(), [1, 1.5]);
  assert.deepEqual(arange(5, 0, -2).toArray(), [5, 3, 1]);
  assert.deepEqual(arange(2, { dtype: 'float64' }).toArray(), [0, 1]);
  assert.deepEqual(arange(2, 2).toArray(), []);
  assert.throws(() => arange(0, 5, -1), {
    name: 'ValueError',
    message: 'arange: start=0, end=5, step=-1 name no finite range',
  });
  assert.throws(() => arange(0, 5, 0), { name: 'ValueError' });
});

test('linspace ends exactly', () => {
  assert.deepEqual(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(linspace(3, 4, 1).toArray(), [3]);
  assert.equal(linspace(0, 0.3, 4, { dtype: 'float64' }).at(-1).item(), 0.3);
});

test('what no memory can hold is refused, whoever asks for it', () => {
  const message =
    /^tensor: 1000000000000 elements of float32 \(3730 GiB\) are more than can be allocated/;
  const asks: (() => unknown)[] = [
    () => zeros([1e6, 1e6]),
    () => arange(0, 1e12, 1, { dtype: 'float32' }),
    () => linspace(0, 1, 1e12),
    () => zeros([1e6, 1]).expand([1e6, 1e6]),
    () => zeros([1e6, 1]).add(zeros([1, 1e6])),
    () => zeros([1e6, 1]).matmul(zeros([1, 1e6])),
  ];
  for (const ask of asks) assert.throws(ask, { name: 'ValueError', message });
  assert.throws(() => zeros([1e200, 1e200]), { name: 'ValueError' });
});

test('sizes come as an array or one by one, as in PyTorch', () => {
  for (const make of [zeros, ones, rand, randn]) {
    assert.deepEqual(make(2, 1, 3).shape, [2, 1, 3]);
    assert.deepEqual(make([2, 1, 3], { dtype: 'float64' }).shape, [2, 1, 3]);
    assert.deepEqual(make([]).shape, []);
    const loose = make as (...given: unknown[]) => unknown;
    for (const given of [[], ['2'], [2, { dtype: 'float64' }]])
      assert.throws(() => loose(...given), {
        name: 'ValueError',
        message:
          /^\w+: sizes are required: (\w+)\(\[2, 3\]\) or \1\(2, 3\); options follow an array of sizes$/,
      });
    assert.throws(() => loose([2], { require_grad: true }), {
      message: /: option 'require_grad' is unknown; did you mean requiresGrad\?$/,
    });
    assert.throws(() => loose([2], { device: 'cuda' }), { message: /leave it out$/ });
  }
  assert.throws(() => zeros(2, -1), { message: 'zeros: shape [2,-1] must hold whole numbers ≥ 0' });
});

test('tensor takes arrays of numbers of every kind, with their shape, and copies them', () => {
  const numbers = Float32Array.of(1, 2, 3, 4, 5, 6);
  const x = tensor(numbers, { shape: [2, 3] });
  numbers[0] = 9;
  assert.deepEqual(x.toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.deepEqual(tensor([1, 2, 3, 4], { shape: [2, 2] }).shape, [2, 2]);
  assert.throws(() => tensor(numbers, { shape: [2, 2] }), {
    name: 'ShapeError',
    message: 'tensor: 6 numbers are given for shape [2,2], which holds 4',
  });
  for (const [values, dtype] of [
    [Int8Array.of(-1, 2), 'int32'],
    [Int16Array.of(-1, 2), 'int32'],
    [Uint16Array.of(65535, 2), 'int32'],
    [Uint32Array.of(7, 2), 'int32'],
    [BigInt64Array.of(-1n, 2n), 'int32'],
    [BigUint64Array.of(1n, 2n), 'int32'],
    [Uint8ClampedArray.of(255, 2), 'uint8'],
    [Buffer.from([255, 2]), 'uint8'],
    [Float64Array.of(0.5, 2), 'float64'],
  ] as const) {
    const y = tensor(values);
    assert.deepEqual([y.dtype, y.toArray()], [dtype, Array.from(values, Number)]);
  }
  for (const values of [BigInt64Array.of(2n ** 40n), Uint32Array.of(2 ** 31)])
    assert.throws(() => tensor(values), {
      name: 'ValueError',
      message: `tensor: ${values[0]} at position 0 does not fit into int32; pass a Float64Array`,
    });
  assert.throws(() => tensor(new DataView(new ArrayBuffer(4)) as never), { name: 'DTypeError' });
});

test('tensor takes what has a shape: other tensors, and what transforms give', () => {
  const given = { shape: [1, 2], dtype: 'float32', data: Float32Array.of(3, 4) } as const;
  assert.deepEqual(tensor(given).toArray(), [[3, 4]]);
  const x = ones([2], { requiresGrad: true });
  const copy = tensor(x, { dtype: 'float64' });
  assert.deepEqual([copy.dtype, copy.requiresGrad, copy.toArray()], ['float64', false, [1, 1]]);
  assert.throws(() => tensor({ ...given, shape: [3] }), {
    message: 'tensor: 2 numbers are given for shape [3], which holds 3',
  });
});
