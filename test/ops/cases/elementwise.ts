/** Functions of each element: arithmetic, activations, comparisons, choice, and their in-place forms. */
import { where } from '../../../src/ops/functions.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { gradientsAt, type InputSpec, input, type OpCase } from '../op-case.js';
import { many, positive, unaryCases, whole, x } from './unary.js';

type Binary = (a: Tensor, b: Tensor) => Tensor;

/** One op on equal shapes, broadcast in several ways, and with a scalar tensor. */
function binary(op: string, run: Binary, torch: string, range: Partial<InputSpec> = {}): OpCase[] {
  const shapes = [
    ['', [2, 3], [2, 3]],
    [' broadcast', [2, 1, 3], [4, 1]],
    [' scalar', [2, 3], []],
    [' many', [517], [517]],
    [' row', [11, 45], [45]],
    [' column', [11, 1], [11, 45]],
    [' channel', [3, 5, 4, 9], [5, 1, 1]],
  ] as const;
  return shapes.map(([label, a, b]) => ({
    name: op + label,
    ops: [op],
    inputs: [input(a, range), input(b, range)],
    run,
    torch,
  }));
}

const binaryCases: readonly OpCase[] = [
  ...binary('add', (a, b) => a.add(b), 'a + b'),
  ...binary('sub', (a, b) => a.sub(b), 'a - b'),
  ...binary('mul', (a, b) => a.mul(b), 'a * b'),
  ...binary('div', (a, b) => a.div(b), 'a / b', { low: 0.5, high: 3 }),
  ...binary('pow', (a, b) => a.pow(b), 'a ** b', { low: 0.3, high: 2.5 }),
  ...binary('maximum', (a, b) => a.maximum(b), 'torch.maximum(a, b)'),
  ...binary('minimum', (a, b) => a.minimum(b), 'torch.minimum(a, b)'),
  {
    name: 'maximum and minimum of equal elements share the gradient',
    ops: ['maximum', 'minimum'],
    inputs: [
      input([3], { values: [1, 2, 3], grad: false }),
      input([3], { values: [1, 0, 5], grad: false }),
    ],
    run: (a, b) => gradientsAt((p, q) => p.maximum(q).add(p.minimum(q).mul(10)), a, b),
    torch: 'grad(lambda p, q: torch.maximum(p, q) + 10 * torch.minimum(p, q), a, b)',
  },
  {
    name: 'pow of numbers at 0',
    ops: ['pow', 'where'],
    inputs: [input([3], { values: [0, 0.5, 2], grad: false })],
    run: (a) => [0, 1, 2, -1].flatMap((e) => [a.pow(e), ...gradientsAt((v) => v.pow(e), a)]),
    torch:
      '(a**0, grad(lambda v: v**0, a), a**1, grad(lambda v: v**1, a), a**2, grad(lambda v: v**2, a), a**-1, grad(lambda v: v**-1, a))',
  },
  {
    name: 'pow of numbers that are none',
    ops: ['pow'],
    inputs: (() => {
      const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 0.5, 3];
      const pairs = special.flatMap((a) => special.map((b) => [a, b] as const));
      const of = (k: 0 | 1) =>
        input([pairs.length], { values: pairs.map((pair) => pair[k]), grad: false });
      return [of(0), of(1)];
    })(),
    run: (a, b) => a.pow(b),
    torch: 'a ** b',
  },
  {
    name: 'pow with a base of 0',
    ops: ['pow'],
    inputs: [
      input([4], { values: [0, 0, 1.5, 0], grad: false }),
      input([4], { values: [2, 0.7, 0.5, 1] }),
    ],
    run: (a, b) => a.pow(b),
    torch: 'a ** b',
  },
  {
    name: 'numbers as operands',
    ops: ['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum'],
    inputs: [positive],
    run: (a) => a.add(1).sub(0.25).mul(3).div(2).pow(1.5).maximum(1).minimum(9),
    torch: '((a + 1 - 0.25) * 3 / 2).pow(1.5).clamp(min=1).clamp(max=9)',
  },
  {
    name: 'the dtypes of results',
    ops: ['add', 'mul', 'div', 'pow', 'maximum', 'minimum'],
    inputs: [
      whole([7, -4, 2]),
      whole([3, 200, 100], 'uint8'),
      whole([0, 1, 1], 'bool'),
      input([3], { grad: false }),
    ],
    run: (int, byte, bool, float) => [
      int.add(byte),
      byte.add(byte),
      bool.add(bool),
      bool.mul(int),
      int.div(byte),
      int.mul(float),
      int.mul(0.5),
      byte.add(1),
      bool.add(1),
      bool.mul(0.5),
      int.pow(2),
      int.maximum(byte),
      bool.minimum(bool),
    ],
    torch:
      '(a + b, b + b, c + c, c * a, a / b, a * d, a * 0.5, b + 1, (c + 1).int(), c * 0.5, a ** 2, torch.maximum(a, b), torch.minimum(c, c))',
  },
  {
    name: 'scalar tensors do not widen',
    ops: ['add', 'mul'],
    inputs: [
      input([2], { grad: false }),
      input([], { dtype: 'float64', grad: false }),
      whole([1, 2]),
      input([], { dtype: 'int32' }),
      whole([3, 4], 'uint8'),
    ],
    run: (float, wide, int, scalar, byte) => [
      float.mul(wide),
      int.mul(wide),
      byte.add(scalar),
      scalar.add(wide),
    ],
    torch: '(a * b, c * b, e + d, d + b)',
  },
  {
    name: 'lerp',
    ops: ['lerp'],
    inputs: [input([2, 3]), input([2, 3]), input([3], { low: 0, high: 1 })],
    run: (a, b, c) => a.lerp(b, c),
    torch: 'a.lerp(b, c.expand(2, 3))',
  },
  {
    name: 'lerp between numbers that doubles cannot hold together',
    ops: ['lerp'],
    inputs: [
      input([3], { dtype: 'float64', values: [1e17, 1e17, 1], grad: false }),
      input([3], { dtype: 'float64', values: [1, 3, 1e17], grad: false }),
      input([3], { dtype: 'float64', values: [1, 1, 0], grad: false }),
    ],
    run: (a, b, c) => a.lerp(b, c),
    torch: 'a.lerp(b, c)',
    tolerance: 0,
  },
  {
    name: 'lerp between numbers far apart',
    ops: ['lerp'],
    inputs: [
      input([5], { values: [1e8, 1e8, 1, 1e8, 3], grad: false }),
      input([5], { values: [1, 1, 1e-6, 0.25, 5], grad: false }),
      input([5], { values: [1, 0.75, 1, 0.5, -0.75], grad: false }),
    ],
    run: (a, b, c) => a.lerp(b, c),
    torch: 'a.lerp(b, c)',
    tolerance: 1e-9,
  },
  {
    name: 'lerp by a number',
    ops: ['lerp'],
    inputs: [input([2, 3]), input([2, 3])],
    run: (a, b) => a.lerp(b, 0.3),
    torch: 'a.lerp(b, 0.3)',
  },
  {
    name: 'where',
    ops: ['where'],
    inputs: [input([2, 1], { dtype: 'bool' }), input([2, 3]), input([3])],
    run: (condition, a, b) => a.where(condition, b),
    torch: 'torch.where(a, b, c)',
  },
  {
    name: 'where with numbers',
    ops: ['where'],
    inputs: [input([4], { values: [-1, 0.5, 1, -3] })],
    run: (a) => [a.where(a.gt(0), 7), where(a.gt(0), 0, a), where(a.detach().gt(0), 1, 0)],
    torch: '(torch.where(a > 0, a, 7.), torch.where(a > 0, 0., a), (a > 0).float())',
  },
];

const left = input([5], { values: [1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY], grad: false });
const right = input([5], { values: [2, 2, 2, Number.NaN, Number.POSITIVE_INFINITY], grad: false });

const comparisonCases: readonly OpCase[] = (
  [
    ['eq', (a, b) => a.eq(b), 'a == b'],
    ['ne', (a, b) => a.ne(b), 'a != b'],
    ['lt', (a, b) => a.lt(b), 'a < b'],
    ['le', (a, b) => a.le(b), 'a <= b'],
    ['gt', (a, b) => a.gt(b), 'a > b'],
    ['ge', (a, b) => a.ge(b), 'a >= b'],
  ] satisfies [string, Binary, string][]
).flatMap(([op, run, torch]): OpCase[] => [
  { name: op, ops: [op], inputs: [left, right], run, torch },
  {
    name: `${op} of whole numbers, broadcast`,
    ops: [op],
    inputs: [input([3, 1], { dtype: 'int32', high: 3 }), input([4], { dtype: 'int32', high: 3 })],
    run,
    torch,
  },
  {
    name: `${op} with a number`,
    ops: [op],
    inputs: [whole([0, 1, 2])],
    run: (a) => run(a, a.detach().mul(0).add(1)),
    torch: torch.replace('b', '1'),
  },
]);

const inPlaceCases: readonly OpCase[] = (
  [
    ['add', (a, b) => a.clone().add_(b), 'a.clone().add_(b)'],
    ['sub', (a, b) => a.clone().sub_(b), 'a.clone().sub_(b)'],
    ['mul', (a, b) => a.clone().mul_(b), 'a.clone().mul_(b)'],
    ['div', (a, b) => a.clone().div_(b), 'a.clone().div_(b)'],
    [
      'lerp',
      (a, b) => a.clone().lerp_(b.expand(2, 3), 0.7),
      'a.clone().lerp_(b.expand(2, 3), 0.7)',
    ],
    ['clamp', (a) => a.clone().clamp_(-1, 1), 'a.clone().clamp_(-1, 1)'],
    ['copy', (a, b) => a.clone().copy_(b), 'a.clone().copy_(b)'],
  ] satisfies [string, Binary, string][]
).map(([op, run, torch]) => ({
  name: `${op}_`,
  ops: [op],
  inputs: [input([2, 3]), input([3], { low: 0.5 })],
  run,
  torch,
  grad: false,
}));

const conversionCases: readonly OpCase[] = [
  {
    name: 'fill_ and zero_',
    ops: ['copy'],
    inputs: [input([2, 3]), input([2], { dtype: 'int32' })],
    run: (a, b) => [a.clone().fill_(2.5), a.clone().zero_(), b.clone().fill_(7)],
    torch: '(a.clone().fill_(2.5), a.clone().zero_(), b.clone().fill_(7))',
    grad: false,
  },
  {
    name: 'copy_ converts',
    ops: ['copy'],
    inputs: [input([2, 2], { dtype: 'bool' }), input([2], { values: [0.5, 0] }), whole([0, 0])],
    run: (a, b, c) => [a.clone().copy_(b), c.clone().copy_(b.mul(9))],
    torch: '(a.clone().copy_(b), c.clone().copy_(b * 9))',
    grad: false,
  },
  {
    name: 'clone',
    ops: ['cast'],
    inputs: [x],
    run: (a) => a.clone(),
    torch: 'a.clone()',
  },
  {
    name: 'cast',
    ops: ['cast'],
    inputs: [input([5], { values: [-1.7, 0, 0.4, 2.9, 3], grad: false })],
    run: (a) => [a.int(), a.bool(), a.double(), a.bool().float(), a.abs().to('uint8')],
    torch: '(a.int(), a.bool(), a.double(), a.bool().float(), a.abs().to(torch.uint8))',
  },
  {
    name: 'cast and its gradient',
    ops: ['cast'],
    inputs: [x],
    run: (a) => a.double().square().to('float64'),
    torch: 'a.double().square()',
  },
];

export const elementwiseCases: readonly OpCase[] = [
  ...unaryCases,
  ...unaryCases
    .filter(({ inputs }) => inputs.every(({ values }) => !values))
    .slice(0, 16)
    .map(many),
  ...binaryCases,
  ...comparisonCases,
  ...inPlaceCases,
  ...conversionCases,
];
