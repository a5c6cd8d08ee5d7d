/** Other shapes of the same elements, and joining. */
import { cat, stack } from '../../../src/ops/functions.js';
import { input, type OpCase } from '../op-case.js';

const x = input([2, 3, 4]);

export const shapeCases: readonly OpCase[] = [
  {
    name: 'reshape',
    ops: ['reshape'],
    inputs: [x],
    run: (a) => [a.reshape([6, 4]), a.view(2, -1), a.reshape(-1)],
    torch: '(a.reshape([6, 4]), a.view(2, -1), a.reshape(-1))',
  },
  {
    name: 'flatten',
    ops: ['reshape'],
    inputs: [x, input([])],
    run: (a, b) => [a.flatten(), a.flatten(1), a.flatten(0, 1), b.flatten()],
    torch: '(a.flatten(), a.flatten(1), a.flatten(0, 1), b.flatten())',
  },
  {
    name: 'squeeze and unsqueeze',
    ops: ['reshape'],
    inputs: [input([2, 1, 2, 1, 2])],
    run: (a) => [
      a.squeeze(),
      a.squeeze(0),
      a.squeeze(1),
      a.squeeze(-2),
      a.unsqueeze(0),
      a.unsqueeze(-1),
      a.unsqueeze(2),
    ],
    torch:
      '(a.squeeze(), a.squeeze(0), a.squeeze(1), a.squeeze(-2), a.unsqueeze(0), a.unsqueeze(-1), a.unsqueeze(2))',
  },
  {
    name: 'permute',
    ops: ['permute'],
    inputs: [x],
    run: (a) => [a.permute(2, 0, 1), a.permute([0, -1, 1])],
    torch: '(a.permute(2, 0, 1), a.permute(0, -1, 1))',
  },
  {
    name: 'permute many',
    ops: ['permute'],
    inputs: [input([5, 33, 19])],
    run: (a) => [a.permute(2, 0, 1), a.transpose(0, 1), a.transpose(1, 2)],
    torch: '(a.permute(2, 0, 1), a.transpose(0, 1), a.transpose(1, 2))',
  },
  {
    name: 'cat and expand many',
    ops: ['cat', 'expand', 'slice', 'sum'],
    inputs: [input([5, 33, 3]), input([5, 33, 10]), input([33, 1])],
    run: (a, b, c) => cat([a, b, c.expand(5, 33, 7)], 2),
    torch: 'torch.cat([a, b, c.expand(5, 33, 7)], 2)',
  },
  {
    name: 'transpose and t',
    ops: ['permute'],
    inputs: [x, input([2, 3])],
    run: (a, b) => [a.transpose(0, 2), a.transpose(-1, 1), a.transpose(1, 1), b.t(), b.at(0).t()],
    torch: '(a.transpose(0, 2), a.transpose(-1, 1), a.transpose(1, 1), b.t(), b[0].t())',
  },
  {
    name: 'expand',
    ops: ['expand'],
    inputs: [input([3, 1]), input([])],
    run: (a, b) => [a.expand(2, 3, 4), a.expand([-1, 5]), b.expand(2, 2)],
    torch: '(a.expand(2, 3, 4), a.expand(-1, 5), b.expand(2, 2))',
  },
  {
    name: 'cat',
    ops: ['cat', 'slice'],
    inputs: [input([2, 3]), input([2, 1]), input([2, 2])],
    run: (a, b, c) => [cat([a, b, c], 1), cat([a, a], -2)],
    torch: '(torch.cat([a, b, c], 1), torch.cat([a, a], -2))',
  },
  {
    name: 'cat of dtypes, and with nothing in it',
    ops: ['cat'],
    inputs: [
      input([2], { dtype: 'int32' }),
      input([3], { grad: false }),
      input([0], { grad: false }),
    ],
    run: (a, b, c) => [cat([a, b]), cat([c, b, c]), cat([c])],
    torch: '(torch.cat([a, b]), torch.cat([c, b, c]), torch.cat([c]))',
  },
  {
    name: 'stack',
    ops: ['cat', 'reshape'],
    inputs: [input([2, 3]), input([2, 3])],
    run: (a, b) => [stack([a, b]), stack([a, b], 1), stack([a, b, a], -1)],
    torch: '(torch.stack([a, b]), torch.stack([a, b], 1), torch.stack([a, b, a], -1))',
  },
  {
    name: 'split and chunk',
    ops: ['slice', 'sliceBackward'],
    inputs: [input([5, 2])],
    run: (a) => [...a.split(2), ...a.split([4, 1], 0), ...a.chunk(3), ...a.chunk(2, 1)],
    torch: '(*a.split(2), *a.split([4, 1], 0), *a.chunk(3), *a.chunk(2, 1))',
  },
];
