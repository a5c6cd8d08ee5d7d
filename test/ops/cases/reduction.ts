/** Reductions over all dimensions, one, or several that do not lie together. */
import type { ReductionOptions } from '../../../src/ops/methods/reduction.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { gradientsAt, input, type OpCase } from '../op-case.js';

const x = input([2, 3, 4]);
/** Enough elements for vectors, remainders and several threads. */
const large = input([5, 17, 9]);

type Dims = number | readonly number[] | undefined;
type Reduce = (x: Tensor, dim: Dims, options: ReductionOptions) => Tensor;

const variants: readonly (readonly [label: string, dim: Dims, keepdim: boolean, torch: string])[] =
  [
    ['', undefined, false, 'dim=(0, 1, 2)'],
    [' dim 0', 0, false, 'dim=0'],
    [' dim -1 keepdim', -1, true, 'dim=-1, keepdim=True'],
    [' dim 0 and 2', [0, 2], false, 'dim=(0, 2)'],
    [' dim 1 and 2 keepdim', [1, -1], true, 'dim=(1, -1), keepdim=True'],
  ];

function reduction(name: string, op: string, torch: string, run: Reduce): OpCase[] {
  return [x, large].flatMap((spec) =>
    variants.map(([label, dim, keepdim, args]) => ({
      name: `${name}${spec === large ? ' many' : ''}${label}`,
      ops: [op],
      inputs: [spec],
      run: (a) => run(a, dim, { keepdim }),
      torch: torch.replace('DIMS', args),
    })),
  );
}

export const reductionCases: readonly OpCase[] = [
  ...reduction('sum', 'sum', 'a.sum(DIMS)', (a, dim, options) => a.sum(dim, options)),
  ...reduction('mean', 'mean', 'a.mean(DIMS)', (a, dim, options) => a.mean(dim, options)),
  ...reduction('amax', 'max', 'a.amax(DIMS)', (a, dim, options) => a.amax(dim, options)),
  ...reduction('amin', 'min', 'a.amin(DIMS)', (a, dim, options) => a.amin(dim, options)),
  ...reduction('var', 'var', 'a.var(DIMS, unbiased=True)', (a, dim, options) =>
    a.var(dim, options),
  ),
  ...reduction('std population', 'std', 'a.std(DIMS, unbiased=False)', (a, dim, options) =>
    a.std(dim, { correction: 0, ...options }),
  ),
  ...reduction('norm', 'norm', 'a.norm(2, DIMS)', (a, dim, options) => a.norm(2, dim, options)),
  ...[1, 3, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
    (p): OpCase => ({
      name: `norm of order ${p}`,
      ops: [p === 3 ? 'norm' : p === 0 ? 'sum' : 'abs'],
      inputs: [x],
      run: (a) => a.norm(p, 1),
      torch: `torch.linalg.vector_norm(a, float('${p === 0 ? 0 : p}'), dim=1)`,
      ...(p === 0 && { grad: false }),
    }),
  ),
  ...[0.5, 1.5, 3, -1].map(
    (p): OpCase => ({
      name: `norm of order ${p} with zeros`,
      ops: ['norm'],
      inputs: [input([3, 3], { values: [0, 0, 0, 3, 0, -4, 1, -2, 3], grad: false })],
      run: (a) => [a.norm(p, 1), ...gradientsAt((v) => v.norm(p, 1), a)],
      torch: `(torch.linalg.vector_norm(a, ${p}, dim=1), grad(lambda v: torch.linalg.vector_norm(v, ${p}, dim=1), a))`,
    }),
  ),
  {
    name: 'norm and std where they are 0',
    ops: ['norm', 'std'],
    inputs: [input([2, 3], { values: [0, 0, 0, 3, 0, 4], grad: false })],
    run: (a) => gradientsAt((v) => v.norm(2, 1).add(v.std(1)), a),
    torch: 'grad(lambda v: v.norm(2, 1) + v.std(1), a)',
  },
  {
    name: 'sum of whole numbers and bools',
    ops: ['sum'],
    inputs: [
      input([3, 2], { dtype: 'int32' }),
      input([4], { dtype: 'bool' }),
      input([4], { dtype: 'uint8', low: 200, high: 255 }),
    ],
    run: (a, b, c) => [a.sum(), a.sum(0), b.sum(), c.sum()],
    torch: '(a.sum(), a.sum(0), b.sum(), c.sum())',
  },
  {
    name: 'reductions of no elements and of a scalar',
    ops: ['sum', 'mean'],
    inputs: [input([0, 2]), input([])],
    run: (a, b) => [a.sum(), a.sum(0), a.mean(), b.sum(), b.mean(-1), b.amax()],
    torch: '(a.sum(), a.sum(0), a.mean(), b.sum(), b.mean(-1), b.amax())',
    grad: false, // the mean of nothing is not a number, and neither is its difference
  },
  {
    name: 'amax shares the gradient between equal elements',
    ops: ['max', 'min'],
    inputs: [input([2, 3], { values: [1, 5, 5, 2, 2, 2], grad: false })],
    run: (a) => gradientsAt((v) => v.amax(1).add(v.min()), a),
    torch: 'grad(lambda v: v.amax(1) + v.min(), a)',
  },
  {
    name: 'argmax and argmin',
    ops: ['argmax', 'argmin'],
    inputs: [
      input([3, 4, 2], { grad: false }),
      input([2, 4], { values: [1, 3, 3, 0, 2, 2, 2, 2], grad: false }),
    ],
    run: (a, b) => [
      a.argmax(),
      a.argmin(),
      a.argmax(1),
      a.argmin(-1, { keepdim: true }),
      a.argmax(0),
      b.argmax(1),
      b.argmin(),
    ],
    torch:
      '(a.argmax(), a.argmin(), a.argmax(1), a.argmin(-1, keepdim=True), a.argmax(0), b.argmax(1), b.argmin())',
  },
  {
    name: 'argmax and argmin of many',
    ops: ['argmax', 'argmin'],
    inputs: [{ ...large, grad: false }],
    run: (a) => [a.argmax(), a.argmin(0), a.argmax(1), a.argmax(-1)],
    torch: '(a.argmax(), a.argmin(0), a.argmax(1), a.argmax(-1))',
  },
  {
    name: 'max and min along a dimension: values and indices',
    ops: ['argmax', 'argmin', 'gather', 'scatterAdd'],
    inputs: [x],
    run: (a) => {
      const largest = a.max(1);
      const smallest = a.min(-1, { keepdim: true });
      return [largest.values, largest.indices, smallest.values, smallest.indices];
    },
    torch: '(*a.max(1), *a.min(-1, keepdim=True))',
  },
  {
    name: 'max and min of everything',
    ops: ['max', 'min'],
    inputs: [x],
    run: (a) => a.max().sub(a.min()),
    torch: 'a.max() - a.min()',
  },
  {
    name: 'sumTo',
    ops: ['sum', 'reshape'],
    inputs: [input([2, 3, 4])],
    run: (a) => [a.sumTo([4]), a.sumTo([3, 1]), a.sumTo([]), a.sumTo([2, 3, 4])],
    torch: '(a.sum_to_size(4), a.sum_to_size(3, 1), a.sum(), a.sum_to_size(2, 3, 4))',
  },
];
