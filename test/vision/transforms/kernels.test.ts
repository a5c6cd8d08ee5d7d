import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { type Channels, Image } from '../../../src/vision/image.js';
import { cropGather, gatherPixels } from '../../../src/vision/pixels/gather.js';
import { sourceSha256 } from '../../../src/vision/pixels/kernels.js';
import { Scratch } from '../../../src/vision/pixels/pixel-kernels.js';
import { toPlanes } from '../../../src/vision/pixels/planes.js';
import { plainPasses, type Taps } from '../../../src/vision/pixels/resample-passes.js';
import { simdPasses } from '../../../src/vision/pixels/resample-simd.js';
import { rotatedSource } from '../../../src/vision/pixels/rotate.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { repository } from './goldens.js';

/** Random weights, negative ones too, of sum one. */
function randomTaps(length: number, size: number, rng: Rng): Taps {
  const stride = 5;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  for (let i = 0; i < length; i++) {
    count[i] = 1 + rng.int(Math.min(stride, size));
    first[i] = rng.int(size - (count[i] ?? 0) + 1);
    let rest = 1 << 22;
    for (let k = 1; k < (count[i] ?? 0); k++) {
      const weight = Math.trunc(rng.uniform(-0.4, 0.8) * 2 ** 22);
      weights[i * stride + k] = weight;
      rest -= weight;
    }
    weights[i * stride] = rest;
  }
  return { first, count, weights, stride };
}

test('SIMD and plain passes give the same bytes for any weights', () => {
  const rng = new Rng(8);
  for (let round = 0; round < 60; round++) {
    const channels: Channels = rng.bool() ? 1 : 3;
    const height = 1 + rng.int(20);
    const width = 1 + rng.int(40);
    const data = Uint8Array.from({ length: height * width * channels }, () => rng.int(256));
    const job = {
      data,
      start: 0,
      stride: width * channels,
      channels,
      top: 0,
      rows: height,
      across: randomTaps(1 + rng.int(50), width, rng),
      down: randomTaps(1 + rng.int(30), height, rng),
    };
    assert.deepEqual(simdPasses(job), plainPasses(job), `round ${round}`);
  }
});

/** A picture large enough for the kernels. */
function noisy(height: number, width: number): Image {
  const rng = new Rng(4);
  const data = Uint8Array.from({ length: height * width * 3 }, () => rng.int(256));
  return new Image(height, width, 3, data);
}

test('a large picture is turned as its small parts are, which TypeScript does', () => {
  const image = noisy(140, 130);
  for (const [angle, expand] of [
    [20, false],
    [-75, true],
    [133, true],
  ] as const) {
    const options = { interpolation: 'nearest', expand, center: null, fill: [7, 8, 9] } as const;
    const source = rotatedSource(image, angle, options);
    const whole = source.read();
    assert.ok(whole.data.length > 2 ** 14);
    for (let top = -10; top < source.height; top += 50)
      for (let left = -10; left < source.width; left += 50) {
        const box = { top, left, height: 50, width: 50 };
        const gather = cropGather(source, box, options.fill);
        assert.deepEqual(source.read(gather), gatherPixels(whole, gather));
      }
    const padded = cropGather(source, { top: -9, left: -8, height: 160, width: 170 }, options.fill);
    assert.deepEqual(source.read(padded), gatherPixels(whole, padded));
  }
});

test('planes of a large picture are those that are read through a gather, in TypeScript', () => {
  const image = noisy(90, 110);
  const table = Float32Array.from({ length: 768 }, (_, i) => Math.sin(i));
  const all = cropGather(image, { top: 0, left: 0, height: 90, width: 110 });
  assert.deepEqual(toPlanes(image, table), toPlanes(image, table, all));
});

test('very large and very small sizes work', () => {
  const image = new Image(3, 1000, 3, new Uint8Array(9000).fill(77));
  for (const size of [
    [1, 1],
    [900, 700],
    [2, 1001],
  ] as const) {
    const result = new Resize(size).source(image).read();
    assert.equal(result.data.length, size[0] * size[1] * 3);
    assert.ok(result.data.every((value) => value === 77));
  }
});

test('the kernels were compiled from the source that is there', () => {
  const source = readFileSync(join(repository, 'scripts/vision-kernels/pixels.ts'));
  assert.equal(createHash('sha256').update(source).digest('hex'), sourceSha256);
});

test('scratch counts beyond 2³¹ bytes', () => {
  const scratch = new Scratch();
  scratch.take(2 ** 31);
  assert.ok(scratch.take(1) > 2 ** 31);
});
