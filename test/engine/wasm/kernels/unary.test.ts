import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnaryKernel } from '../../../../src/engine/wasm/families/unary.js';
import { assertClose, builds, normals, Sandbox } from './sandbox.js';

const { exp, log, tanh, abs, sqrt } = Math;
const sigmoid = (x: number) => (x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)));

/** Φ by its series or, far out, by Lentz's continued fraction of erfc: both good to 1e-14. */
function normalCdf(x: number): number {
  if (abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 100; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + (exp((-x * x) / 2) / sqrt(2 * Math.PI)) * sum;
  }
  const z = abs(x);
  let fraction = 0;
  for (let k = 200; k > 0; k--) fraction = k / (z + fraction);
  const tail = exp((-z * z) / 2) / sqrt(2 * Math.PI) / (z + fraction);
  return x < 0 ? tail : 1 - tail;
}

/** Math.round takes the upper of two. */
function roundHalfToEven(x: number): number {
  const upper = Math.round(x);
  return upper - x === 0.5 && upper % 2 !== 0 ? upper - 1 : upper;
}

interface UnaryRow {
  readonly kernel: UnaryKernel;
  readonly f: (x: number) => number;
  readonly p?: number;
  readonly q?: number;
  /** Values beside the common ones. */
  readonly also?: readonly number[];
}

const rows: readonly UnaryRow[] = [
  { kernel: 'neg', f: (x) => -x },
  { kernel: 'abs', f: abs },
  { kernel: 'sign', f: Math.sign },
  { kernel: 'exp', f: exp, also: [88.72, 88.73, 89.5, -87.3, -87.4, -100, -103.9, -104.1, 1e-30] },
  { kernel: 'log', f: log, also: [0.99999994, 1.0000001, 0.5, 2, 0.70710677, 1e-38, 1e-45, 3e38] },
  { kernel: 'sqrt', f: sqrt },
  { kernel: 'square', f: (x) => x * x },
  { kernel: 'floor', f: Math.floor, also: [-0.5, 2.5, 8388607.5, -8388607.5] },
  { kernel: 'ceil', f: Math.ceil, also: [-0.5, 2.5, 8388607.5, -8388607.5] },
  { kernel: 'round', f: roundHalfToEven, also: [0.5, 1.5, -0.5, -1.5, 2.5, 2.4999998, 8388607.5] },
  { kernel: 'relu', f: (x) => Math.max(x, 0) },
  { kernel: 'leakyRelu', f: (x) => (x < 0 ? Math.fround(0.01) * x : x), p: 0.01 },
  { kernel: 'sigmoid', f: sigmoid, also: [-87, -95, -103, 17, 100] },
  { kernel: 'tanh', f: tanh, also: [0.624, 0.626, -0.626, 9, 50, 1e-20] },
  {
    kernel: 'gelu',
    f: (x) => (x === -Infinity ? Number.NaN : x * normalCdf(x)),
    also: [-5, -9, -13, 6],
  },
  { kernel: 'silu', f: (x) => (x === -Infinity ? Number.NaN : x * sigmoid(x)), also: [-30, -86] },
  { kernel: 'clamp', f: (x) => Math.min(Math.max(x, -0.5), 1), p: -0.5, q: 1 },
];

const common = [0, -0, 1, -1, 1e-40, -1e-40, 3e38, -3e38, Infinity, -Infinity, Number.NaN];
const lengths = [0, 1, 2, 3, 4, 5, 15, 16, 17, 33, 1023];

for (const build of builds) {
  const box = new Sandbox(build);
  for (const { kernel, f, p = 0, q = 0, also = [] } of rows)
    test(`${kernel} agrees with float64 at edges and at random (${build})`, () => {
      box.reset();
      const values = Float32Array.from([
        ...common,
        ...also,
        ...normals(500, 1, 0, 4),
        ...normals(500, 2, 0, 0.1),
      ]);
      const expected = Float32Array.from(values, f);
      for (const threads of [1, 2, 3]) {
        const x = box.floats(values);
        const y = box.floats(values.length);
        box.run(kernel, { x: box.at(x), y: box.at(y), count: x.length, p, q }, threads);
        assertClose(y, expected, 1e-6, kernel);
      }
      for (const n of lengths)
        for (const threads of [1, 2]) {
          const x = box.floats(normals(n, n).map(abs));
          const y = box.floats(n);
          box.run(kernel, { x: box.at(x), y: box.at(y), count: n, p, q }, threads);
          assertClose(y, Float32Array.from(x, f), 1e-6, `${kernel} of ${n}`);
        }
    });

  test(`relu in place keeps NaN (${build})`, () => {
    box.reset();
    const x = box.floats([-1, Number.NaN, 2, -3, 4]);
    box.run('relu', { x: box.at(x), y: box.at(x), count: 5, p: 0, q: 0 });
    assert.deepEqual([...x], [0, Number.NaN, 2, 0, 4]);
  });
}
