import { linear } from '../../../src/ops/linear.js';
import { matmul } from '../../../src/ops/matmul.js';
import { input, type OpCase } from '../op-case.js';

function product(
  a: readonly number[],
  b: readonly number[],
  torch: string,
  { transposeA = false, transposeB = false } = {},
): OpCase {
  const flags = `${transposeA ? ' transposeA' : ''}${transposeB ? ' transposeB' : ''}`;
  return {
    name: `matmul [${a}] [${b}]${flags}`,
    ops: ['matmul'],
    inputs: [input(a), input(b)],
    run: (x, y) => matmul([x, y], { transposeA, transposeB }),
    torch,
  };
}

const plain = 'torch.matmul(a, b)';

export const productCases: readonly OpCase[] = [
  product([5], [5], plain),
  product([3, 4], [4], plain),
  product([4], [4, 3], plain),
  product([5, 4], [4, 7], plain),
  product([9, 3], [3, 5], plain),
  product([1, 3], [3, 1], plain),
  product([4, 5], [4, 7], 'a.mT @ b', { transposeA: true }),
  product([5, 4], [7, 4], 'a @ b.mT', { transposeB: true }),
  product([4, 5], [7, 4], 'a.mT @ b.mT', { transposeA: true, transposeB: true }),
  product([2, 3, 4], [2, 4, 5], plain),
  product([2, 4, 3], [2, 5, 4], 'a.mT @ b.mT', { transposeA: true, transposeB: true }),
  product([2, 3, 4], [4, 5], plain),
  product([3, 4], [2, 4, 5], plain),
  product([2, 1, 3, 4], [3, 4, 2], plain),
  product([2, 1, 4, 3], [3, 4, 2], 'a.mT @ b', { transposeA: true }),
  product([2, 3, 4], [4], plain),
  product([4], [2, 4, 3], plain),
  product([4], [2, 3, 4], 'a @ b.mT', { transposeB: true }),
  product([3, 0], [0, 2], plain),
  {
    name: 'linear',
    ops: ['linear', 'matmul'],
    inputs: [input([5, 4]), input([3, 4]), input([3])],
    run: (x, w, b) => linear([x, w, b], {}),
    torch: 'F.linear(a, b, c)',
  },
  {
    name: 'linear without bias',
    ops: ['linear'],
    inputs: [input([2, 7]), input([5, 7])],
    run: (x, w) => linear([x, w], {}),
    torch: 'F.linear(a, b)',
  },
  {
    name: 'linear of a vector',
    ops: ['linear'],
    inputs: [input([4]), input([3, 4]), input([3])],
    run: (x, w, b) => linear([x, w, b], {}),
    torch: 'F.linear(a, b, c)',
  },
  {
    name: 'linear of three dimensions',
    ops: ['linear'],
    inputs: [input([2, 3, 4]), input([5, 4]), input([5])],
    run: (x, w, b) => linear([x, w, b], {}),
    torch: 'F.linear(a, b, c)',
  },
  {
    name: 'linear of odd sizes',
    ops: ['linear'],
    inputs: [input([7, 33]), input([13, 33]), input([13])],
    run: (x, w, b) => linear([x, w, b], {}),
    torch: 'F.linear(a, b, c)',
  },
];
