/** Convolutions by AMX's tiles: with numbers that bfloat16 holds they differ from `reference` by no more than the order of sums. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { openMachineCode, withoutTiles } from './machine.js';

interface Case {
  readonly x: Shape;
  readonly w: Shape;
  readonly stride?: number | readonly [number, number];
  readonly padding?: number | readonly [number, number];
  readonly dilation?: number | readonly [number, number];
}

const cases: readonly Case[] = [
  { x: [2, 64, 20, 20], w: [64, 64, 3, 3], padding: 1 },
  { x: [6, 32, 14, 14], w: [48, 32, 3, 3], padding: 1 },
  { x: [3, 64, 7, 7], w: [32, 64, 3, 3], padding: 1 },
  { x: [1, 96, 9, 33], w: [16, 96, 3, 3], padding: 1 },
  { x: [6, 32, 21, 40], w: [32, 32, 3, 3], stride: 2, padding: 1 },
  { x: [2, 64, 14, 14], w: [128, 64, 1, 1], stride: 2 },
  { x: [2, 128, 14, 14], w: [64, 128, 1, 1] },
  { x: [6, 3, 40, 36], w: [64, 3, 7, 7], stride: 2, padding: 3 },
  { x: [2, 4, 9, 17], w: [24, 4, 5, 5], padding: 2 },
  { x: [3, 12, 20, 31], w: [12, 12, 5, 5], padding: 2 },
  { x: [6, 24, 17, 18], w: [24, 24, 5, 5] },
  { x: [6, 48, 8, 8], w: [40, 48, 3, 3], padding: 1 },
  { x: [2, 17, 11, 12], w: [33, 17, 3, 3], padding: 1 },
  { x: [2, 20, 12, 19], w: [7, 20, 3, 3], dilation: 2, padding: 2 },
  { x: [2, 32, 16, 12], w: [16, 32, 3, 2], dilation: [1, 3], stride: [2, 1], padding: [0, 4] },
  { x: [2, 32, 13, 13], w: [32, 32, 2, 2], stride: 3 },
  { x: [6, 32, 4, 4], w: [64, 32, 3, 3], padding: 1 },
  { x: [2, 320, 6, 6], w: [320, 320, 3, 3], padding: 1 },
  { x: [5, 64, 46, 46], w: [40, 64, 1, 1] }, // images in two groups
  { x: [2, 16, 124, 109], w: [16, 16, 3, 3], padding: 1 }, // images in strips of rows
];

/** Numbers of few bits, whose products and sums float32 holds exactly, or nearly. */
function draw(rng: Rng, shape: Shape): Tensor {
  const values = Float32Array.from(
    { length: numel(shape) },
    () => Math.round(8 * rng.normal()) / 8,
  );
  return fromArray(values, shape);
}

/** y and dx. */
function passes(
  { x, w, ...options }: Case,
  precision: Precision,
): (readonly [string, Float32Array])[] {
  const rng = new Rng(7, 0, 0);
  const [image, weight, bias] = [draw(rng, x), draw(rng, w), draw(rng, [w[0] ?? 1])];
  const shape = conv2d(image, weight, bias, options).shape;
  const cotangent = draw(rng, shape);
  const step = (...given: readonly Tensor[]) => {
    const [a, b, c, dy] = given;
    if (!a || !b || !c || !dy) throw new RangeError('four tensors');
    const leaf = a.detach().requiresGrad_(true);
    const y = conv2d(leaf, b, c, options);
    y.mul(dy).sum().backward();
    return { y, dx: leaf.grad ?? y };
  };
  const found = compile(step, { precision })(image, weight, bias, cotangent);
  return Object.entries(found).map(([name, { data }]) => [name, Float32Array.from(data)] as const);
}

describe('convolutions by tiles', { skip: withoutTiles }, () => {
  const engines = withoutTiles
    ? []
    : [1, 2, 3].map((threads) => openMachineCode({ threads, level: 'amx' }));
  after(() => {
    for (const engine of engines) engine.stop();
  });
  for (const given of cases)
    test(JSON.stringify(given), () => {
      useEngine('reference');
      const expected = new Map(passes(given, 'float32'));
      for (const engine of engines) {
        useEngine(engine);
        const found = passes(given, 'bfloat16');
        for (const [name, values] of found) {
          const wanted = expected.get(name) ?? values;
          const most = values.reduce((m, v, i) => Math.max(m, Math.abs(v - (wanted[i] ?? 0))), 0);
          assert.ok(most < 1e-3, `${name} on ${engine.threads} threads: off by ${most}`);
        }
        assert.deepEqual(passes(given, 'bfloat16'), found, 'a second run');
      }
    });
});
