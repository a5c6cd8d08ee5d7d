import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { type Batch, drawBeta } from '../../../src/vision/transforms/batch.js';
import { CutMix } from '../../../src/vision/transforms/cut-mix.js';
import { MixUp } from '../../../src/vision/transforms/mix-up.js';

/** A batch of n pictures whose every number is 10 · i + channel. */
function batch(n: number, labels: readonly number[]): Batch {
  const data = Float32Array.from({ length: n * 2 * 30 }, (_, at) => {
    const plane = Math.floor(at / 30);
    return 10 * Math.floor(plane / 2) + (plane % 2);
  });
  return {
    images: { shape: [n, 2, 5, 6], dtype: 'float32', data },
    labels: { shape: [n], dtype: 'int32', data: Int32Array.from(labels) },
  };
}

test('MixUp blends each picture with its predecessor, and the labels alike', () => {
  const mixed = new MixUp({ alpha: 0.7, numClasses: 4 }).apply(batch(3, [2, 0, 3]), new Rng(3));
  const keep = drawBeta(0.7, new Rng(3));
  assert.deepEqual(mixed.images.shape, [3, 2, 5, 6]);
  const at = (i: number, channel: number) => mixed.images.data[(i * 2 + channel) * 30 + 17] ?? 0;
  const close = (a: number | undefined, b: number) => assert.ok(Math.abs((a ?? 99) - b) < 1e-5);
  close(at(0, 0), (1 - keep) * 20);
  close(at(1, 0), keep * 10);
  close(at(2, 1), keep * 21 + (1 - keep) * 11);
  assert.deepEqual(mixed.labels.shape, [3, 4]);
  const expected = [
    [0, 0, keep, 1 - keep],
    [keep, 0, 1 - keep, 0],
    [1 - keep, 0, 0, keep],
  ].flat();
  expected.forEach((share, i) => {
    close(mixed.labels.data[i], share);
  });
});

test('CutMix pastes the predecessor’s rectangle; labels follow its area', () => {
  const sizes = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const transform = new CutMix({ numClasses: 3 });
    const { images, labels } = transform.apply(batch(3, [0, 1, 2]), new Rng(seed));
    const box = transform.draw({ height: 5, width: 6 }, new Rng(seed));
    for (let i = 0; i < images.data.length; i++) {
      const plane = Math.floor(i / 30);
      const y = Math.floor((i % 30) / 6);
      const x = i % 6;
      const inside =
        y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
      const picture = (Math.floor(plane / 2) + (inside ? 2 : 0)) % 3;
      assert.equal(images.data[i], 10 * picture + (plane % 2));
    }
    const area = (box.height * box.width) / 30;
    sizes.add(area);
    assert.ok(Math.abs((labels.data[0] ?? 0) - (1 - area)) < 1e-6);
    assert.ok(Math.abs((labels.data[2] ?? 0) - area) < 1e-6);
  }
  assert.ok(sizes.size > 6);
});

test('labels may be soft already', () => {
  const soft = batch(2, [0, 0]);
  const labels = {
    shape: [2, 2],
    dtype: 'float32' as const,
    data: Float32Array.of(0.5, 0.5, 0, 1),
  };
  const mixed = new MixUp({ numClasses: 2 }).apply({ ...soft, labels }, new Rng(1));
  const keep = new Rng(1).uniform();
  assert.ok(Math.abs((mixed.labels.data[0] ?? 0) - 0.5 * keep) < 1e-6);
  assert.equal((mixed.labels.data[0] ?? 0) + (mixed.labels.data[1] ?? 0), 1);
});

test('the Beta distribution has its mean and variance', () => {
  for (const alpha of [0.1, 0.5, 1, 2, 8]) {
    const values = Array.from({ length: 4000 }, (_, i) => drawBeta(alpha, new Rng(5, 1, i)));
    assert.ok(values.every((v) => v >= 0 && v <= 1));
    const mean = values.reduce((a, b) => a + b) / 4000;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 4000;
    const expected = 1 / (4 * (2 * alpha + 1));
    assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(expected / 4000), `alpha ${alpha}: ${mean}`);
    assert.ok(Math.abs(variance / expected - 1) < 0.12, `alpha ${alpha}: ${variance}, ${expected}`);
  }
});

test('what is no batch is refused', () => {
  const mix = new MixUp({ numClasses: 3 });
  const good = batch(2, [0, 1]);
  const single = { ...good, images: { ...good.images, shape: [2, 5, 6] } };
  assert.throws(() => mix.apply(single, new Rng(1)), {
    name: 'ShapeError',
    message:
      'MixUp: images [2,5,6] float32, [N, C, H, W] float32 are required; apply it to batches, after collating',
  });
  assert.throws(() => mix.apply(batch(2, [0, 3]), new Rng(1)), {
    name: 'ValueError',
    message: 'MixUp: label 3 of sample 1 is out of range; numClasses=3 allows 0 to 2',
  });
  const short = { ...good, labels: { ...good.labels, shape: [1] } };
  assert.throws(() => new CutMix({ numClasses: 3 }).apply(short, new Rng(1)), {
    message: 'CutMix: labels [1] do not fit 2 images: [N] or [N, K] are required',
  });
});
