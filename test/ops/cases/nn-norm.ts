import { batchNorm, batchNormEval } from '../../../src/ops/batch-norm.js';
import { groupNorm } from '../../../src/ops/group-norm.js';
import { layerNorm } from '../../../src/ops/layer-norm.js';
import { logSoftmax } from '../../../src/ops/log-softmax.js';
import { softmax } from '../../../src/ops/softmax.js';
import { input, type OpCase } from '../op-case.js';

function batch(shape: readonly number[], eps = 1e-5): OpCase {
  const channels = input(shape.slice(1, 2));
  const dims = `[${shape.map((_, dim) => dim).filter((dim) => dim !== 1)}]`;
  return {
    name: `batchNorm [${shape}] eps ${eps}`,
    ops: ['batchNorm', 'batchNormBackward'],
    inputs: [input(shape), channels, channels],
    run: (x, weight, bias) => batchNorm.all([x, weight, bias], { eps }),
    torch:
      `(F.batch_norm(a, None, None, b, c, True, 0.1, ${eps}), ` +
      `a.mean(${dims}).detach(), a.var(${dims}, unbiased=False).detach())`,
  };
}

function evaluated(shape: readonly number[], eps = 1e-5): OpCase {
  const channels = shape.slice(1, 2);
  return {
    name: `batchNormEval [${shape}] eps ${eps}`,
    ops: ['batchNormEval'],
    inputs: [
      input(shape),
      input(channels),
      input(channels),
      input(channels, { grad: false }),
      input(channels, { low: 0.1, grad: false }),
    ],
    run: (...tensors) => batchNormEval(tensors, { eps }),
    torch: `F.batch_norm(a, d, e, b, c, False, 0.1, ${eps})`,
  };
}

function layer(shape: readonly number[], rank: number, eps = 1e-5): OpCase {
  const normalizedShape = shape.slice(shape.length - rank);
  const dims = `[${normalizedShape.map((_, i) => i - rank)}]`;
  return {
    name: `layerNorm [${shape}] over ${rank} eps ${eps}`,
    ops: ['layerNorm', 'layerNormBackward'],
    inputs: [input(shape), input(normalizedShape), input(normalizedShape)],
    run: (...tensors) => layerNorm.all(tensors, { normalizedShape, eps }),
    torch:
      `(F.layer_norm(a, [${normalizedShape}], b, c, ${eps}), a.mean(${dims}).detach(), ` +
      `(a.var(${dims}, unbiased=False) + ${eps}).rsqrt().detach())`,
  };
}

function group(shape: readonly number[], groups: number, eps = 1e-5): OpCase {
  const channels = input(shape.slice(1, 2));
  const rows = `a.reshape(${shape[0]}, ${groups}, -1)`;
  return {
    name: `groupNorm [${shape}] groups ${groups} eps ${eps}`,
    ops: ['groupNorm', 'groupNormBackward'],
    inputs: [input(shape), channels, channels],
    run: (...tensors) => groupNorm.all(tensors, { groups, eps }),
    torch:
      `(F.group_norm(a, ${groups}, b, c, ${eps}), ${rows}.mean(-1).detach(), ` +
      `(${rows}.var(-1, unbiased=False) + ${eps}).rsqrt().detach())`,
  };
}

function soft(shape: readonly number[], dim: number): OpCase[] {
  return [
    {
      name: `softmax [${shape}] dim ${dim}`,
      ops: ['softmax', 'softmaxBackward'],
      inputs: [input(shape)],
      run: (x) => softmax([x], { dim }),
      torch: `F.softmax(a, ${dim})`,
    },
    {
      name: `logSoftmax [${shape}] dim ${dim}`,
      ops: ['logSoftmax', 'logSoftmaxBackward'],
      inputs: [input(shape)],
      run: (x) => logSoftmax([x], { dim }),
      torch: `F.log_softmax(a, ${dim})`,
    },
  ];
}

const extreme = input([2, 3], { values: [1000, 999, -1000, 0, -Infinity, 88], grad: false });

export const normCases: readonly OpCase[] = [
  batch([4, 3, 2, 2]),
  batch([1, 5, 3, 3]),
  batch([6, 4]),
  batch([3, 2, 5]),
  batch([2, 3, 4, 2], 0.1),
  batch([2, 17, 3, 5]),
  {
    ...batch([3, 2, 2, 2]),
    name: 'batchNorm far from zero',
    inputs: [input([3, 2, 2, 2], { low: 1000, high: 1001 }), input([2]), input([2])],
    // 1000 itself is known to PyTorch only to 6e-5, against a deviation of 0.3.
    tolerance: 1e-3,
  },
  evaluated([2, 3, 2, 3]),
  evaluated([1, 4, 1, 1]),
  evaluated([3, 4], 0.01),
  evaluated([2, 2, 4]),
  layer([3, 5], 1),
  layer([2, 3, 4], 1, 0.01),
  layer([2, 3, 4], 2),
  layer([2, 2, 2, 3], 3),
  layer([4], 1),
  group([2, 4, 2, 2], 2),
  group([1, 6, 3], 3, 0.01),
  group([2, 4, 3], 1),
  group([2, 3, 2, 3], 3),
  group([3, 6], 2),
  ...soft([2, 5], 1),
  ...soft([5, 2], 0),
  ...soft([2, 3, 4], 1),
  ...soft([2, 3, 2, 2], 3),
  ...soft([7], 0),
  ...soft([], 0),
  {
    name: 'softmax of extreme scores',
    ops: ['softmax'],
    inputs: [extreme],
    run: (x) => softmax([x], { dim: 1 }),
    torch: 'F.softmax(a, 1)',
  },
  {
    name: 'logSoftmax of extreme scores',
    ops: ['logSoftmax'],
    inputs: [extreme],
    run: (x) => logSoftmax([x], { dim: 1 }),
    torch: 'F.log_softmax(a, 1)',
  },
];
