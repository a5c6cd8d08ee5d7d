/** How far one pixel reaches where Winograd computes a convolution: what docs/numbers.md says of tiles. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { Rng } from '../../src/core/rng.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import { conv2d } from '../../src/nn/functional.js';
import { fromArray } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { normals } from '../engine/compiler/graphs.js';
import { presentEngines } from '../engine/present.js';

const before = currentEngine();
after(() => useEngine(before));

const channels = 16;

/** `reach`: pixels beyond what an output sees, to the other end of its tile of 4 × 4. */
const strides = [
  { stride: 1, side: 20, reach: 3 },
  { stride: 2, side: 58, reach: 6 },
] as const;

/** Of a pixel's value: what tiles add to outputs that do not see it, weights of a sum of squares of 1 each. */
const share = 4e-6;

const cases = presentEngines
  .filter((name) => name !== 'reference')
  .flatMap((engine) => strides.map((size) => ({ engine, ...size })));

for (const { engine, stride, side, reach } of cases)
  test(`one pixel reaches outputs of its tiles, and no further, on ${engine}, stride ${stride}`, () => {
    useEngine(engine);
    const outSide = side / stride;
    const distance = (pixel: number, output: number) => Math.abs(pixel - stride * output); // 3×3, padding 1
    const rng = new Rng(3);
    const image = normals(rng, [1, channels, side, side]);
    const weight = fromArray(normals(rng, [32, channels, 3, 3], 1 / Math.sqrt(9 * channels)), [
      32,
      channels,
      3,
      3,
    ]);
    const run = compile((x: Tensor) => conv2d(x, weight, null, { padding: 1, stride }));
    const outputs = (array: Float32Array) =>
      run(fromArray(array, [1, channels, side, side])).data.slice();
    const usual = outputs(image);
    for (let pixel = 5; pixel < 10; pixel++) {
      const outputsWith = (value: number) => {
        const other = image.slice();
        other[pixel * side + pixel] = value;
        return outputs(other);
      };
      const [none, large] = [outputsWith(Number.NaN), outputsWith(1e4)];
      for (let i = 0; i < usual.length; i++) {
        const [row, column] = [Math.floor(i / outSide) % outSide, i % outSide];
        const sees = distance(pixel, row) <= 1 && distance(pixel, column) <= 1;
        const isFar = [row, column].some((place) => distance(pixel, place) > 1 + reach);
        const what = `pixel ${pixel}, output ${row}, ${column}`;
        if (sees) assert.ok(Number.isNaN(none[i]), `${what}: ${none[i]}`);
        else assert.ok(Math.abs((large[i] ?? 0) - (usual[i] ?? 0)) <= share * 1e4, what);
        if (isFar) assert.deepEqual([none[i], large[i]], [usual[i], usual[i]], what);
      }
    }
  });
