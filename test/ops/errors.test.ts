/** What the tensor surface says when it is given what it cannot take: class and text of every error. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { useEngine } from '../../src/engine/select.js';
import { softplus } from '../../src/nn/functional-gates.js';
import { add, bmm, cat, div, stack } from '../../src/ops/functions.js';
import { rand, randint, randn } from '../../src/ops/random.js';
import { ones, tensor, zeros } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';

useEngine('reference');

const x = zeros([2, 3]);
const int = tensor([1, 2], { dtype: 'int32' });
const bool = tensor([true, false]);
const index = (...values: number[]) => tensor(values, { dtype: 'int32' });

const errors: readonly (readonly [text: string, run: () => unknown])[] = [
  // Shapes
  [
    'ShapeError: add: shapes [2,3] and [2] do not broadcast: sizes 3 and 2 of dimension -1 differ and neither is 1',
    () => x.add(zeros([2])),
  ],
  ...[
    [[2, 3], [2, 3, 4], '[2,3] and [2,3,4]'] as const,
    [[2, 3, 4], [4, 2], '[2,3,4] and [4,2]'] as const,
    [[2, 2, 3], [3, 3, 4], '[2,2,3] and [3,3,4]'] as const,
  ].map(
    ([a, b, shapes]) =>
      [
        `ShapeError: bmm: ${shapes} must be [B, N, M] and [B, M, K] with one B; use matmul for others`,
        () => bmm(zeros(a), zeros(b)),
      ] as const,
  ),
  [
    'ShapeError: where: shapes [2] and [2,3] and [] do not broadcast: sizes 2 and 3 of dimension -1 differ and neither is 1',
    () => x.where(bool, 0),
  ],
  ['ShapeError: reshape: cannot turn [2,3] (6 elements) into [4]', () => x.reshape(4)],
  ['ShapeError: view: cannot turn [2,3] (6 elements) into [4,-1]', () => x.view(4, -1)],
  ['ShapeError: view: shape [-1,-1] may hold −1 only once', () => x.view(-1, -1)],
  [
    'ShapeError: squeeze: dim=2 is out of range for a tensor of 2 dimensions; it must be from -2 to 1',
    () => x.squeeze(2),
  ],
  [
    'ShapeError: unsqueeze: dim=4 is out of range for a tensor of 3 dimensions; it must be from -3 to 2',
    () => x.unsqueeze(4),
  ],
  ['ShapeError: flatten: start=1 comes after end=0, it must not', () => x.flatten(1, 0)],
  [
    'ShapeError: permute: dims=[0,0] must name each of the 2 dimensions of [2,3] once',
    () => x.permute(0, 0),
  ],
  ['ShapeError: expand: [2,3] does not broadcast to [3]', () => x.expand(3)],
  [
    'ShapeError: expand: shapes [2,3] and [4,3] do not broadcast: sizes 2 and 4 of dimension -2 differ and neither is 1',
    () => x.expand(4, 3),
  ],
  [
    'ShapeError: t: [1,2,3] has 3 dimensions, at most 2 are allowed; use transpose or permute',
    () => zeros([1, 2, 3]).t(),
  ],
  [
    'ShapeError: cat: shapes [2,3], [3,2] must be equal except in dim=0',
    () => cat([x, zeros([3, 2])]),
  ],
  ['ValueError: cat: 0 tensors, at least one is required', () => cat([])],
  [
    'ShapeError: cat: tensors of no dimensions cannot be joined; use stack',
    () => cat([tensor(1), tensor(2)]),
  ],
  ['ShapeError: stack: shapes [2,3] and [2] must be equal', () => stack([x, zeros([2])])],
  [
    'ShapeError: split: sizes [1,1] must add up to 3, the size of dimension 1 of [2,3]',
    () => x.split([1, 1], 1),
  ],
  ['ValueError: split: size=0 must be a whole number ≥ 1', () => x.split(0)],
  ['ValueError: chunk: count=1.5 must be a whole number ≥ 1', () => x.chunk(1.5)],
  ['ShapeError: sum: dim=[0,-2] names a dimension twice', () => x.sum([0, -2])],
  [
    'ShapeError: max: [0,3] has no elements to reduce over dim=[0,1], at least one is required',
    () => zeros([0, 3]).max(),
  ],
  ['ShapeError: copy: [2,3] does not broadcast to the target [3]', () => zeros([3]).copy_(x)],
  // Indices
  [
    'ValueError: at: index 2 is out of range for dimension 0 of size 2; it must be from -2 to 1',
    () => x.at(2),
  ],
  [
    'ValueError: at: index 0.5 is out of range for dimension 0 of size 2; it must be from -2 to 1',
    () => x.at(0.5),
  ],
  ['ValueError: at: step=0 of dimension 1 must be a whole number ≥ 1', () => x.at(null, [0, 3, 0])],
  ['ShapeError: at: 3 indices for [2,3], at most 2 are allowed', () => x.at(0, 0, 0)],
  ['ShapeError: narrow: start=2, length=2 exceed dimension 1 of [2,3]', () => x.narrow(1, 2, 2)],
  [
    'ValueError: indexSelect: index 3 at position 1 is out of range; it must be from 0 to 2',
    () => x.indexSelect(1, index(0, 3)),
  ],
  [
    "DTypeError: indexSelect: the index is float32, int32 is required; convert it with .to('int32')",
    () => x.indexSelect(1, tensor([0])),
  ],
  [
    'ShapeError: indexSelect: the index [1,1] has 2 dimensions, 1 is required',
    () => x.indexSelect(1, index(0).view(1, 1)),
  ],
  [
    'ShapeError: gather: x [2,3], index [1]: index must have as many dimensions, none larger except dim=1',
    () => x.gather(1, index(0)),
  ],
  [
    'ValueError: gather: index -1 at position 0 is out of range; it must be from 0 to 1',
    () => x.gather(0, index(-1).view(1, 1)),
  ],
  [
    'ShapeError: scatterAdd: base [2,3], index [1,1], src [2,3]: index and src must have one shape, ' +
      'with as many dimensions as base, none larger except dim=0',
    () => x.scatterAdd(0, index(0).view(1, 1), x),
  ],
  // Element types
  [
    "DTypeError: exp: the input is int32, float32 or float64 is required; convert it with .to('float32')",
    () => int.exp(),
  ],
  [
    "DTypeError: mean: the input is bool, float32 or float64 is required; convert it with .to('float32')",
    () => bool.mean(),
  ],
  [
    "DTypeError: neg: the input is bool, float32 or float64 is required; convert it with .to('float32')",
    () => bool.neg(),
  ],
  [
    "DTypeError: sub: both tensors are bool, at least one number is required; convert with .to('int32')",
    () => bool.sub(bool),
  ],
  [
    "DTypeError: clamp: min=0.5 and max=null do not suit a tensor of int32; convert it with .to('float32')",
    () => int.clamp(0.5),
  ],
  [
    'ValueError: sum: the result 4000000000 is beyond int32, whole numbers from −2³¹ to 2³¹ − 1; ' +
      "convert the input with .to('float64') first",
    () => tensor([2e9, 2e9], { dtype: 'int32' }).sum(),
  ],
  [
    'ValueError: prod: the result -4000000000 is beyond int32, whole numbers from −2³¹ to 2³¹ − 1; ' +
      "convert the input with .to('float64') first",
    () => tensor([2e9, -2], { dtype: 'int32' }).prod(),
  ],
  [
    'ValueError: cumsum: the result 4000000000 is beyond int32, whole numbers from −2³¹ to 2³¹ − 1; ' +
      "convert the input with .to('float64') first",
    () => tensor([2e9, 2e9, -2e9], { dtype: 'int32' }).cumsum(0),
  ],
  [
    'ValueError: clamp: neither min nor max is given, at least one is required',
    () => x.clamp(null),
  ],
  [
    'DTypeError: where: the condition is float32, bool is required; compare with .ne(0)',
    () => x.where(x, 0),
  ],
  [
    "ValueError: pow: a tensor of int32 to the power -1 is not whole; convert it with .to('float32')",
    () => int.pow(-1),
  ],
  // Values
  [
    'ShapeError: item(): the tensor [2,3] has 6 elements, 1 is required; use toArray()',
    () => x.item(),
  ],
  [
    'ValueError: randint: low=3 and high=3 must be whole numbers with low < high',
    () => randint(3, 3, [2]),
  ],
  ['ShapeError: rand: shape [2,-1] must hold whole numbers ≥ 0', () => rand([2, -1])],
  [
    "DTypeError: normal: the result is int32, float32 or float64 is required; convert it with .to('float32')",
    () => randn([2], { dtype: 'int32' }),
  ],
  // What callers without types pass
  ...[undefined, null, '2', [1, 2], {}].map(
    (value) =>
      [
        `ValueError: operand: ${JSON.stringify(value) ?? 'undefined'} is given, a tensor or a number is required; make one with tensor(…)`,
        () => x.mul(value as never),
      ] as const,
  ),
  [
    'ValueError: matmul: input 1 is 3, a tensor is required; make one with tensor(…)',
    () => x.matmul(3 as never),
  ],
  [
    'ValueError: copy_: input 1 is [1,2], a tensor is required; make one with tensor(…)',
    () => zeros([2]).copy_([1, 2] as never),
  ],
  [
    'ValueError: add_: {"alpha":-0.1} is given, but it takes no options',
    () => Reflect.apply(x.add_, x, [x, { alpha: -0.1 }]),
  ],
  [
    'ValueError: div: {"roundingMode":"floor"} is given, but it takes no options',
    () => Reflect.apply(div, undefined, [x, 2, { roundingMode: 'floor' }]),
  ],
  [
    'ValueError: round: {"decimals":2} is given, but it takes no options',
    () => Reflect.apply(x.round, x, [{ decimals: 2 }]),
  ],
  [
    'ValueError: clamp: min={"min":0} must be a number; write it alone: 0',
    () => x.clamp({ min: 0 } as never),
  ],
  [
    'ValueError: elu: alpha={"alpha":0.5} must be a number; write it alone: 0.5',
    () => x.elu({ alpha: 0.5 } as never),
  ],
  [
    'ValueError: softplus: beta={"beta":2} must be a number; write it alone: 2',
    () => softplus(x, { beta: 2 } as never),
  ],
  ['ValueError: fill_: value=undefined must be a number', () => x.fill_(undefined as never)],
  [
    'ValueError: norm: p={"p":1} must be a number; write it alone: 1',
    () => x.norm({ p: 1 } as never),
  ],
  [
    'ValueError: manualSeed: seed=-1 must be a whole number from 0 to 2⁵³ − 1',
    () => manualSeed(-1),
  ],
];

test('functions of two tensors reduce lists; a missing bound is none', () => {
  assert.deepEqual([tensor([1]), tensor([2]), tensor([4])].reduce(add).toArray(), [7]);
  assert.deepEqual(
    tensor([-2, 2])
      .clamp(undefined as never, 1)
      .toArray(),
    [-2, 1],
  );
});

describe('errors of the tensor surface', () => {
  for (const [text, run] of errors) test(text, () => assert.throws(run, matching(text)));
});

describe('values cannot be read while a step is recorded', () => {
  const readers: Readonly<Record<string, (x: Tensor) => unknown>> = {
    'item()': (y) => y.item(),
    'toArray()': (y) => y.toArray(),
    'toString()': (y) => String(y),
    data: (y) => y.data,
  };
  for (const [name, read] of Object.entries(readers))
    test(name, () => {
      const step = compile((given: Tensor) => {
        const y = given.sum();
        read(y);
        return y;
      });
      const text = `CaptureError: ${name}: the step is being captured; return the tensor and read it outside`;
      assert.throws(() => step(ones([2])), matching(text));
    });
});

/** Checks `Name: message`. */
function matching(text: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Error);
    assert.equal(`${error.name}: ${error.message}`, text);
    return true;
  };
}
