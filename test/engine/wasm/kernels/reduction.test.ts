import '../../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, checkAgreement, given, randn } from './agreement.js';
import { runLowered } from './lowered.js';
import { Sandbox } from './sandbox.js';

const rows: readonly { readonly shape: readonly number[]; readonly dims: readonly number[] }[] = [
  { shape: [], dims: [] },
  { shape: [1], dims: [0] },
  { shape: [3], dims: [0] },
  { shape: [1023], dims: [0] },
  { shape: [5, 7], dims: [] },
  { shape: [5, 7], dims: [0] },
  { shape: [5, 7], dims: [1] },
  { shape: [5, 7], dims: [0, 1] },
  { shape: [130, 513], dims: [0] },
  { shape: [3, 4, 5, 6], dims: [0, 2] },
  { shape: [3, 4, 5, 6], dims: [1, 3] },
  { shape: [2, 16, 9, 9], dims: [0, 2, 3] },
  { shape: [2, 20, 9, 9], dims: [0, 2, 3] },
  { shape: [2, 20, 9, 9], dims: [2, 3] },
  { shape: [2, 16, 9, 9], dims: [2, 3] },
  { shape: [2, 16, 9, 9], dims: [1] },
];

checkAgreement(
  rows.flatMap(({ shape, dims }): Case[] => {
    const inputs = [randn(shape, 1, 0.5)];
    const attrs = { dims, keepdim: false, p: 2 };
    const blocks = [1, 4, 16];
    const sums = ['sum', 'mean', 'norm', 'max', 'min', 'argmax', 'argmin'];
    const spreads = ['var', 'std'];
    return [
      ...sums.map((op) => ({ op, attrs, inputs, blocks })),
      ...spreads.map((op) => ({ op, attrs: { ...attrs, correction: 0 }, inputs, blocks })),
    ];
  }),
);

/** Whose sums, or squares, leave the range of floats on the way, or fall below it. */
const far = [
  [3e38, 3e38, -3e38, 1, 2, -3e38, 3e38, 5, 3e38, 1e30],
  [1e30, 2, 3, 1e30, 5, 6, 7, 8, 9, 1e25],
  [1e-30, -2e-30, 3e-38, 0, 1e-40, 0, 1e-25, 0, 0, 0],
];
checkAgreement(
  ['sum', 'mean', 'var', 'std', 'norm'].flatMap((op) =>
    [[0], [1], [0, 1]].flatMap((dims) =>
      far.flatMap((row): Case[] => {
        const attrs = { dims, keepdim: false, p: 2, correction: 1 };
        const columns = Array.from({ length: 50 }, (_, i) => row[i % 10] ?? 0);
        const rows = Array.from({ length: 50 }, (_, i) => row[Math.floor(i / 5)] ?? 0);
        return [
          { op, attrs, inputs: [given([5, 10], columns)] },
          { op, attrs, inputs: [given([10, 5], rows)] },
        ];
      }),
    ),
  ),
);

checkAgreement(
  ['sum', 'mean'].map((op): Case => {
    const values = Array.from({ length: 2 * 16 * 9 }, (_, i) => [3e38, 1, 3e38, -3e38][i % 4] ?? 0);
    const attrs = { dims: [0, 2, 3], keepdim: false };
    return { op, attrs, inputs: [given([2, 16, 3, 3], values)], blocks: [1, 4, 16] };
  }),
);

const withNaN = given([2, 4], [1, Number.NaN, 3, Number.NaN, 5, 5, 2, 5]);
checkAgreement(
  ['max', 'min', 'argmax', 'argmin'].map((op) => ({ op, attrs: { dims: [1] }, inputs: [withNaN] })),
);

checkAgreement([
  { op: 'sum', attrs: { dims: [0], keepdim: true }, inputs: [randn([0, 3], 1)] },
  { op: 'mean', attrs: { dims: [0, 1] }, inputs: [randn([0, 3], 1)] },
  {
    op: 'var',
    attrs: { dims: [1], correction: 1 },
    inputs: [randn([3, 70], 1, 1000, 1)],
    tolerance: 3e-5,
  },
  { op: 'sum', attrs: { dims: [0] }, inputs: [randn([100000], 1, 1)] },
]);

test('a sum over dimensions that alternate too often is left to the reference kernel', () => {
  const x = randn([2, 3, 2, 3, 2, 3], 1);
  const type = { shape: [3, 3, 3], dtype: 'float32' } as const;
  assert.equal(runLowered(new Sandbox('simd'), 'sum', { dims: [0, 2, 4] }, [x], [type]), undefined);
});
