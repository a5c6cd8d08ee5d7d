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

const side = 20;
const channels = 16;

/** Pixels beyond the outputs that see a pixel, to the other end of their tile of 4 × 4. */
const reach = 3;

/** Of a pixel's value: what tiles add to outputs that do not see it, weights of a sum of squares of 1 each. */
const share = 4e-6;

const seen = (pixel: number, output: number) => Math.abs(pixel - output) <= 1; // 3×3, padding 1

for (const engine of presentEngines.filter((name) => name !== 'reference'))
  test(`one pixel reaches outputs of its tiles, and no further, on ${engine}`, () => {
    useEngine(engine);
    const rng = new Rng(3);
    const image = normals(rng, [1, channels, side, side]);
    const weight = fromArray(normals(rng, [32, channels, 3, 3], 1 / Math.sqrt(9 * channels)), [
      32,
      channels,
      3,
      3,
    ]);
    const run = compile((x: Tensor) => conv2d(x, weight, null, { padding: 1 }));
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
        const [row, column] = [Math.floor(i / side) % side, i % side];
        const sees = seen(pixel, row) && seen(pixel, column);
        const isFar = [row, column].some((place) => Math.abs(pixel - place) > 1 + reach);
        const what = `pixel ${pixel}, output ${row}, ${column}`;
        if (sees) assert.ok(Number.isNaN(none[i]), `${what}: ${none[i]}`);
        else assert.ok(Math.abs((large[i] ?? 0) - (usual[i] ?? 0)) <= share * 1e4, what);
        if (isFar) assert.deepEqual([none[i], large[i]], [usual[i], usual[i]], what);
      }
    }
  });
