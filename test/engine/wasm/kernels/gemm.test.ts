import '../../../../src/ops/linear.js';
import '../../../../src/ops/matmul.js';
import { type Case, checkAgreement, randn } from './agreement.js';

const sizes: readonly (readonly [m: number, n: number, k: number])[] = [
  [1, 1, 1],
  [1, 7, 5],
  [5, 1, 9],
  [2, 3, 4],
  [6, 8, 16],
  [7, 9, 17],
  [13, 24, 3],
  [32, 64, 160],
  [32, 2, 6000],
  [64, 10, 33],
  [49, 50, 300],
  [50, 100, 257],
  [200, 70, 40],
  [3, 300, 20],
  [61, 67, 513],
];

function products([m, n, k]: (typeof sizes)[number]): Case[] {
  const transposed = [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): Case => {
      const a = randn(transposeA ? [k, m] : [m, k], 1);
      const b = randn(transposeB ? [n, k] : [k, n], 2);
      return { op: 'matmul', attrs: { transposeA, transposeB }, inputs: [a, b] };
    }),
  );
  const x = randn([m, 1, k], 3);
  const w = randn([n, k], 4);
  return [
    ...transposed,
    { op: 'linear', inputs: [x, w] },
    { op: 'linear', inputs: [x, w, randn([n], 5)] },
  ];
}

const plain = { op: 'matmul', attrs: { transposeA: false, transposeB: false } };
const turned = { op: 'matmul', attrs: { transposeA: true, transposeB: true } };

checkAgreement([
  ...sizes.flatMap(products),
  { ...plain, inputs: [randn([3, 1, 4, 5], 1), randn([2, 5, 6], 2)] },
  { ...plain, inputs: [randn([4, 5], 1), randn([3, 5, 6], 2)] },
  { ...turned, inputs: [randn([2, 5, 4], 1), randn([2, 1, 6, 5], 2)] },
  { ...plain, inputs: [randn([7], 1), randn([7, 9], 2)] },
  { ...plain, inputs: [randn([7, 9], 1), randn([9], 2)] },
  { ...plain, inputs: [randn([40], 1), randn([40], 2)] },
  { ...turned, inputs: [randn([7], 1), randn([3, 9, 7], 2)] },
]);
