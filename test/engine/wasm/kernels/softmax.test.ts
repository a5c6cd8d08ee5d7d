import '../../../../src/ops/log-softmax.js';
import '../../../../src/ops/softmax.js';
import { type Case, checkAgreement, given, randn } from './agreement.js';

const rows = [
  { shape: [1], dim: 0 },
  { shape: [3, 1], dim: 1 },
  { shape: [32, 10], dim: 1 },
  { shape: [17, 1000], dim: 1 },
  { shape: [5, 3, 7], dim: 1 },
  { shape: [4, 9, 2, 3], dim: 0 },
  { shape: [0, 10], dim: 1 },
];

checkAgreement(
  ['softmax', 'logSoftmax'].flatMap((op) =>
    rows.flatMap(({ shape, dim }): Case[] => {
      const y = randn(shape, 3, -2, 0.5);
      return [
        { op, attrs: { dim }, inputs: [randn(shape, 1, 5, 10)] },
        { op: `${op}Backward`, attrs: { dim }, inputs: [randn(shape, 2), y] },
      ];
    }),
  ),
);

// Scores far apart neither overflow nor lose the small ones' logarithms; −∞ is a class that cannot be.
const extreme = given([2, 5], [1e4, -1e4, 0, 88, 89, 1, 2, Number.NEGATIVE_INFINITY, 3, -3]);
checkAgreement([
  { op: 'softmax', attrs: { dim: 1 }, inputs: [extreme] },
  { op: 'logSoftmax', attrs: { dim: 1 }, inputs: [extreme] },
]);
