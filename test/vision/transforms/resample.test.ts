import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { type Channels, Image } from '../../../src/vision/image.js';
import { sourceSha256 } from '../../../src/vision/transforms/pixels/resample-kernels.js';
import { plainPasses, type Taps } from '../../../src/vision/transforms/pixels/resample-passes.js';
import { simdPasses } from '../../../src/vision/transforms/pixels/resample-simd.js';
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
  const simd = simdPasses();
  assert.ok(simd !== null, 'this host has no SIMD');
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
    assert.deepEqual(simd(job), plainPasses(job), `round ${round}`);
  }
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
  const source = readFileSync(join(repository, 'scripts/vision-kernels/resample.ts'));
  assert.equal(createHash('sha256').update(source).digest('hex'), sourceSha256);
});
