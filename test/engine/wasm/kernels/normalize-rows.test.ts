import '../../../../src/ops/index.js';
import type { NdArray } from '../../../../src/graph/op.js';
import { type Case, checkAgreement, randn } from './agreement.js';

const eps = 1e-5;
const positive = (x: NdArray): NdArray => ({ ...x, data: x.data.map((v) => 0.5 + Math.abs(v)) });

const layers = [
  { shape: [3], normalizedShape: [3] },
  { shape: [5, 1], normalizedShape: [1] },
  { shape: [33, 17], normalizedShape: [17] },
  { shape: [2, 3, 5, 7], normalizedShape: [5, 7] },
  { shape: [4, 1023], normalizedShape: [1023] },
  { shape: [0, 8], normalizedShape: [8] },
];

checkAgreement(
  layers.flatMap(({ shape, normalizedShape }): Case[] => {
    const attrs = { normalizedShape, eps };
    const rows = shape.slice(0, shape.length - normalizedShape.length);
    const [x, dy] = [randn(shape, 1, 2, 3), randn(shape, 2)];
    const [weight, bias] = [randn(normalizedShape, 3, 1), randn(normalizedShape, 4)];
    const [mean, rstd] = [randn(rows, 5, 2, 0.1), positive(randn(rows, 6))];
    return [
      { op: 'layerNorm', attrs, inputs: [x, weight, bias] },
      { op: 'layerNormBackward', attrs, inputs: [dy, x, weight, mean, rstd] },
    ];
  }),
);

const groupings = [
  { shape: [2, 4], groups: 2 },
  { shape: [3, 6, 5], groups: 3 },
  { shape: [2, 16, 7, 9], groups: 4 },
  { shape: [2, 20, 1, 1], groups: 20 },
  { shape: [1, 12, 33, 31], groups: 1 },
];

checkAgreement(
  groupings.flatMap(({ shape, groups }): Case[] => {
    const attrs = { groups, eps };
    const channels = [shape[1] ?? 1];
    const rows = [shape[0] ?? 1, groups];
    const [x, dy] = [randn(shape, 1, 2, 3), randn(shape, 2)];
    const [weight, bias] = [randn(channels, 3, 1), randn(channels, 4)];
    const [mean, rstd] = [randn(rows, 5, 2, 0.1), positive(randn(rows, 6))];
    const blocks = [1, 4];
    return [
      { op: 'groupNorm', attrs, inputs: [x, weight, bias], blocks },
      { op: 'groupNormBackward', attrs, inputs: [dy, x, weight, mean, rstd], blocks },
    ];
  }),
);
