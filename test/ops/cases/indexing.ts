/** Parts of tensors. */
import { indexAdd } from '../../../src/ops/index-add.js';
import { input, type OpCase } from '../op-case.js';

const x = input([3, 4, 2]);
const int = (shape: readonly number[], values: readonly number[]) =>
  input(shape, { dtype: 'int32', values });

export const indexingCases: readonly OpCase[] = [
  {
    name: 'at a position',
    ops: ['slice', 'sliceBackward'],
    inputs: [x],
    run: (a) => [a.at(0), a.at(-1, 2), a.at(1, 0, 1), a.at()],
    torch: '(a[0], a[-1, 2], a[1, 0, 1], a[...])',
  },
  {
    name: 'at ranges',
    ops: ['slice', 'sliceBackward'],
    inputs: [x],
    run: (a) => [
      a.at([1, 3]),
      a.at(null, [0, null, 2]),
      a.at(null, null, -1),
      a.at([-2, null], [null, -1], 0),
      a.at(null, [1, 100, 3]),
      a.at([2, 1]),
    ],
    torch: '(a[1:3], a[:, 0::2], a[:, :, -1], a[-2:, :-1, 0], a[:, 1:100:3], a[2:1])',
  },
  {
    name: 'narrow',
    ops: ['slice', 'sliceBackward'],
    inputs: [x],
    run: (a) => [a.narrow(1, 1, 2), a.narrow(-1, -1, 1), a.narrow(0, 1, 0)],
    torch: '(a.narrow(1, 1, 2), a.narrow(-1, -1, 1), a.narrow(0, 1, 0))',
  },
  {
    name: 'indexSelect',
    ops: ['indexSelect', 'indexAdd'],
    inputs: [x, int([3], [2, 0, 2])],
    run: (a, index) => [
      a.indexSelect(0, index),
      a.indexSelect(1, index),
      a.at(null, 0).indexSelect(-2, index),
    ],
    torch: '(a.index_select(0, b), a.index_select(1, b), a[:, 0].index_select(-2, b))',
  },
  {
    name: 'indexAdd',
    ops: ['indexAdd'],
    inputs: [x, int([3], [1, 3, 1]), input([3, 3, 2])],
    run: (base, index, src) => indexAdd([base, index, src], { dim: 1 }),
    torch: 'a.index_add(1, b, c)',
  },
  {
    name: 'gather',
    ops: ['gather', 'scatterAdd'],
    inputs: [
      input([3, 4]),
      int([2, 3], [0, 3, 3, 1, 1, 2]),
      int([3, 4], [2, 1, 0, 2, 0, 0, 0, 0, 1, 2, 1, 1]),
    ],
    run: (a, b, c) => [a.gather(1, b), a.gather(0, c)],
    torch: '(a.gather(1, b.long()), a.gather(0, c.long()))',
  },
  {
    name: 'gather in the middle',
    ops: ['gather', 'scatterAdd'],
    inputs: [x, input([3, 5, 1], { dtype: 'int32', high: 4 })],
    run: (a, b) => a.gather(1, b),
    torch: 'a.gather(1, b.long())',
  },
  {
    name: 'scatterAdd',
    ops: ['scatterAdd', 'gather'],
    inputs: [input([3, 4]), int([2, 3], [0, 3, 3, 1, 1, 2]), input([2, 3])],
    run: (base, index, src) => base.scatterAdd(1, index, src),
    torch: 'a.scatter_add(1, b.long(), c)',
  },
  {
    name: 'slices of many',
    ops: ['slice', 'sliceBackward'],
    inputs: [input([7, 33, 19])],
    run: (a) => [a.at([1, 6, 2], [3, -1]), a.at(null, null, [0, null, 3]), a.narrow(0, 2, 4)],
    torch: '(a[1:6:2, 3:-1], a[:, :, 0::3], a.narrow(0, 2, 4))',
  },
  {
    name: 'gather and indexSelect of many',
    ops: ['gather', 'scatterAdd', 'indexSelect', 'indexAdd'],
    inputs: [
      input([19, 40]),
      input([19, 50], { dtype: 'int32', high: 40 }),
      input([60], { dtype: 'int32', high: 19 }),
    ],
    run: (a, b, c) => [a.gather(1, b), a.indexSelect(0, c)],
    torch: '(a.gather(1, b.long()), a.index_select(0, c))',
  },
];
