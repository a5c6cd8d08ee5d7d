import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linearLowering } from '../../../src/engine/wasm/lower/linear.js';
import { matmulLowering } from '../../../src/engine/wasm/lower/matmul.js';
import { noise, relativeError } from './conv-oracle.js';
import { KernelRunner, runLowering } from './direct-context.js';

const tolerance = 1e-5;

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const random = (shape: readonly number[], seed: number) => ({
  shape,
  data: noise(count(shape), seed),
});

/** Σₖ a[i, k] · b[k, j] in float64, where both are read through their steps. */
function product(
  [m, n, k]: readonly [number, number, number],
  a: Float32Array,
  [aRow, aStep]: readonly [number, number],
  b: Float32Array,
  [bStep, bColumn]: readonly [number, number],
): Float64Array {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let l = 0; l < k; l++)
        y[i * n + j] =
          (y[i * n + j] as number) +
          (a[i * aRow + l * aStep] as number) * (b[l * bStep + j * bColumn] as number);
  return y;
}

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

for (const build of ['relaxed', 'simd'] as const) {
  const runner = new KernelRunner(build);
  describe(`matrix products, ${build}`, () => {
    for (const [m, n, k] of sizes)
      for (const transposeA of [false, true])
        for (const transposeB of [false, true])
          it(`[${m}, ${k}]${transposeA ? 'ᵀ' : ''} · [${k}, ${n}]${transposeB ? 'ᵀ' : ''}`, () => {
            const a = random(transposeA ? [k, m] : [m, k], m + k);
            const b = random(transposeB ? [n, k] : [k, n], n + k);
            const expected = product(
              [m, n, k],
              a.data,
              transposeA ? [1, m] : [k, 1],
              b.data,
              transposeB ? [1, k] : [n, 1],
            );
            for (const threads of [1, 2, 3]) {
              const attrs = { transposeA, transposeB };
              const inputs = [a, b];
              const call = { attrs, inputs, output: [m, n], threads };
              const error = relativeError(
                runLowering(runner, matmulLowering, call).result,
                expected,
              );
              assert.ok(error <= tolerance, `${threads} threads: relative error ${error}`);
            }
          });

    it('adds the bias of a linear layer, and takes any leading dimensions', () => {
      for (const [m, n, k] of sizes) {
        const x = random([m, 1, k], 1);
        const w = random([n, k], 2);
        const bias = random([n], 3);
        const expected = product([m, n, k], x.data, [k, 1], w.data, [1, k]);
        expected.forEach((value, i) => {
          expected[i] = value + (bias.data[i % n] as number);
        });
        const call = { attrs: {}, inputs: [x, w, bias], output: [m, 1, n], threads: 2 };
        const error = relativeError(runLowering(runner, linearLowering, call).result, expected);
        assert.ok(error <= tolerance, `[${m}, ${k}] · [${n}, ${k}]ᵀ: relative error ${error}`);
      }
    });

    it('broadcasts the leading dimensions of matmul', () => {
      const a = random([3, 1, 4, 5], 1);
      const b = random([2, 5, 6], 2);
      const attrs = { transposeA: false, transposeB: false };
      const call = { attrs, inputs: [a, b], output: [3, 2, 4, 6], threads: 2 };
      const { result } = runLowering(runner, matmulLowering, call);
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 2; j++) {
          const from = a.data.subarray(i * 20, i * 20 + 20);
          const expected = product([4, 6, 5], from, [5, 1], b.data.subarray(j * 30), [6, 1]);
          const at = (i * 2 + j) * 24;
          assert.ok(relativeError(result.subarray(at, at + 24), expected) <= tolerance);
        }
    });

    it('takes a vector as a row on the left and as a column on the right', () => {
      const matrix = random([7, 9], 1);
      const attrs = { transposeA: false, transposeB: false };
      const left = random([7], 2);
      const row = { attrs, inputs: [left, matrix], output: [9], threads: 2 };
      assert.ok(
        relativeError(
          runLowering(runner, matmulLowering, row).result,
          product([1, 9, 7], left.data, [7, 1], matrix.data, [9, 1]),
        ) <= tolerance,
      );
      const right = random([9], 3);
      const column = { attrs, inputs: [matrix, right], output: [7], threads: 2 };
      assert.ok(
        relativeError(
          runLowering(runner, matmulLowering, column).result,
          product([7, 1, 9], matrix.data, [9, 1], right.data, [1, 1]),
        ) <= tolerance,
      );
    });
  });
}
