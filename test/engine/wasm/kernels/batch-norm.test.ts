import '../../../../src/ops/batch-norm.js';
import { type Case, checkAgreement, randn } from './agreement.js';

const shapes: readonly (readonly [shape: readonly number[], blocks: readonly number[]])[] = [
  [[2, 1], [1]],
  [[5, 3], [1]],
  [[33, 17], [1]],
  [[70, 128], [1]],
  [[3, 5, 7], [1]],
  [
    [2, 3, 5, 7],
    [1, 3, 4, 16],
  ],
  [
    [4, 16, 3, 3],
    [1, 4, 8, 16],
  ],
  [
    [2, 20, 9, 9],
    [1, 16, 4],
  ],
  [
    [3, 12, 4, 11],
    [1, 12],
  ],
  [
    [3, 24, 1, 1],
    [1, 8, 12],
  ],
  [[1, 1, 2, 1], [1]],
  [
    [2, 2, 31, 33],
    [1, 8],
  ],
];

checkAgreement(
  shapes.flatMap(([shape, blocks]): Case[] => {
    const channels = [shape[1] ?? 1];
    const x = randn(shape, 1, 3, 2);
    const dy = randn(shape, 2);
    const weight = randn(channels, 3, 1, 0.5);
    const bias = randn(channels, 4);
    const mean = randn(channels, 5, 3, 0.2);
    const variance = { ...randn(channels, 6), data: randn(channels, 6, 4, 0.5).data.map(Math.abs) };
    const attrs = { eps: 1e-5 };
    return [
      { op: 'batchNorm', attrs, inputs: [x, weight, bias], blocks },
      { op: 'batchNormEval', attrs, inputs: [x, weight, bias, mean, variance], blocks },
      { op: 'batchNormBackward', attrs, inputs: [dy, x, weight, mean, variance], blocks },
    ];
  }),
);

// Statistics in one pass must not lose digits to a mean far from 0.
checkAgreement([
  {
    op: 'batchNorm',
    attrs: { eps: 1e-5 },
    inputs: [randn([8, 16, 16, 16], 7, 100, 1), randn([16], 8), randn([16], 9)],
    blocks: [1, 16],
    tolerance: 2e-5,
  },
]);
