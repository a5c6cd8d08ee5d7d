import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { sampleRng } from '../../../src/data/streams.js';
import { type FloatImage, floatImage, Image } from '../../../src/vision/image.js';
import { grayscale } from '../../../src/vision/pixels/grayscale.js';
import * as t from '../../../src/vision/transforms/index.js';
import { picture } from './goldens.js';

/** An image whose every pixel tells where it was: red = row + 1, green = column + 1. */
function positions(height: number, width: number): Image {
  const image = new Image(height, width, 3);
  for (let i = 0; i < height * width; i++)
    image.data.set([Math.floor(i / width) + 1, (i % width) + 1, 0], i * 3);
  return image;
}

/** Applies a transform with many generators. */
function draws<R>(count: number, apply: (rng: Rng) => R): R[] {
  return Array.from({ length: count }, (_, i) => apply(new Rng(11, 0, i)));
}

/** Share of results that fulfil a condition, with five standard deviations of room about `expected`. */
function assertShare(hits: number, count: number, expected: number): void {
  const room = 5 * Math.sqrt((expected * (1 - expected)) / count);
  assert.ok(Math.abs(hits / count - expected) <= room, `${hits} of ${count}, not ${expected}`);
}

test('RandomCrop reaches every offset, all equally often', () => {
  const image = positions(7, 6);
  const crop = new t.RandomCrop([5, 4]);
  const counts = new Map<string, number>();
  for (const { data } of draws(900, (rng) => crop.apply(image, rng))) {
    const key = `${data[0]},${data[1]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 9);
  for (const count of counts.values()) assertShare(count, 900, 1 / 9);
});

test('RandomCrop with padding shows the border, whole windows and nothing else', () => {
  const image = positions(4, 4);
  const crop = new t.RandomCrop(4, { padding: 4, fill: 255 });
  const first = draws(2000, (rng) => [...crop.apply(image, rng).data.subarray(0, 2)].join());
  // Top left corners −4 … 4 in both directions: 16 positions inside, all others show the border.
  assert.equal(new Set(first).size, 17);
  assertShare(first.filter((key) => key === '255,255').length, 2000, 1 - 16 / 81);
});

test('RandomCrop pads what is too small only when told to', () => {
  const image = positions(3, 10);
  assert.throws(() => new t.RandomCrop(5).apply(image, new Rng(1)), {
    name: 'ShapeError',
    message:
      'RandomCrop: size 5×5 exceeds the padded image 3×10; resize first, raise padding (now null) or set padIfNeeded',
  });
  const crop = new t.RandomCrop(5, { padIfNeeded: true });
  const tops = draws(200, (rng) => {
    const { height, width, data } = crop.apply(image, rng);
    assert.deepEqual([height, width], [5, 5]);
    return [0, 1, 2, 3, 4].find((y) => data[y * 15] === 1);
  });
  assert.deepEqual([...new Set(tops)].sort(), [0, 1, 2]);
});

test('flips mirror, with the probability given', () => {
  const image = positions(3, 4);
  for (const [flip, corner, p] of [
    [new t.RandomHorizontalFlip(), [1, 4], 0.5],
    [new t.RandomVerticalFlip({ p: 0.2 }), [3, 1], 0.2],
  ] as const) {
    const corners = draws(1500, (rng) => [...flip.apply(image, rng).data.subarray(0, 2)]);
    const flipped = corners.filter(([y, x]) => y === corner[0] && x === corner[1]).length;
    assert.equal(corners.filter(([y, x]) => y === 1 && x === 1).length, 1500 - flipped);
    assertShare(flipped, 1500, p);
  }
});

test('probabilities of all other chances are kept', () => {
  const image = picture('square');
  const planes = floatImage(1, 9, 9);
  const grey = grayscale(image, 3);
  const same = (a: Image, b: Image) => Buffer.compare(a.data, b.data) === 0;
  const count = 600;
  const hits = (p: number, hit: (rng: Rng) => boolean) =>
    assertShare(draws(count, hit).filter(Boolean).length, count, p);
  hits(0.3, (rng) => same(new t.RandomGrayscale({ p: 0.3 }).apply(image, rng), grey));
  hits(0.7, (rng) => !same(new t.Mosaic(4, { p: 0.7 }).apply(image, rng), image));
  hits(0.4, (rng) => new t.RandomErasing({ p: 0.4, value: 1 }).apply(planes, rng) !== planes);
  const invert = new t.RandomApply<Image>([new t.Grayscale({ numOutputChannels: 3 })], { p: 0.8 });
  hits(0.8, (rng) => same(invert.apply(image, rng), grey));
  const perspective = new t.RandomPerspective({ p: 0.6, distortionScale: 0.6 });
  hits(0.6, (rng) => perspective.draw(image, rng) !== null);
  const choice = new t.RandomChoice<Image>(
    [new t.Grayscale({ numOutputChannels: 3 }), new t.CenterCrop(3), new t.Pad(1)],
    { p: [1, 0, 3] },
  );
  const picked = draws(count, (rng) => choice.draw(rng));
  assertShare(picked.filter((i) => i === 2).length, count, 0.75);
  assert.ok(!picked.includes(1));
  assert.deepEqual(
    [...new Set(draws(100, (rng) => new t.RandomChoice([choice, choice]).draw(rng)))].sort(),
    [0, 1],
  );
});

test('RandomResizedCrop draws windows of the areas and proportions asked for', () => {
  const size = { height: 100, width: 150 };
  const crop = new t.RandomResizedCrop(8, { scale: [0.1, 0.4], ratio: [0.5, 2] });
  const boxes = draws(500, (rng) => crop.draw(size, rng));
  const areas = boxes.map((b) => (b.height * b.width) / 15000);
  const ratios = boxes.map((b) => b.width / b.height);
  assert.ok(Math.min(...areas) > 0.09 && Math.min(...areas) < 0.13);
  assert.ok(Math.max(...areas) < 0.41 && Math.max(...areas) > 0.37);
  assert.ok(Math.min(...ratios) > 0.48 && Math.max(...ratios) < 2.1);
  assertShare(ratios.filter((r) => r < 1).length, 500, 0.5);
  for (const box of boxes)
    assert.ok(
      box.top >= 0 && box.left >= 0 && box.top + box.height <= 100 && box.left + box.width <= 150,
    );
  assert.ok(new Set(boxes.map((b) => b.top)).size > 40);
  // Nothing fits: the largest window in the middle with an allowed ratio.
  const wide = new t.RandomResizedCrop(8, { scale: [1, 1], ratio: [3, 3] });
  assert.deepEqual(wide.draw(size, new Rng(1)), { top: 25, left: 0, height: 50, width: 150 });
  const tall = new t.RandomResizedCrop(8, { scale: [1, 1], ratio: [0.5, 0.5] });
  assert.deepEqual(tall.draw(size, new Rng(1)), { top: 0, left: 50, height: 100, width: 50 });
});

test('angles, factors and corners stay in their ranges and fill them', () => {
  const fills = (values: readonly number[], low: number, high: number) => {
    const span = high - low;
    assert.ok(
      values.every((v) => v >= low && v <= high),
      `${low} … ${high}`,
    );
    assert.ok(Math.min(...values) < low + 0.05 * span && Math.max(...values) > high - 0.05 * span);
  };
  const rotation = new t.RandomRotation([-20, 50]);
  fills(
    draws(300, (rng) => rotation.draw(rng)),
    -20,
    50,
  );
  fills(
    draws(300, (rng) => new t.GaussianBlur(3, { sigma: [1, 4] }).draw(rng)),
    1,
    4,
  );
  const blocks = draws(300, (rng) => new t.Mosaic([2, 4], { p: 1 }).draw(rng) ?? 0);
  assert.deepEqual([...new Set(blocks)].sort(), [2, 3, 4]);
  const size = { height: 100, width: 200 };
  const affine = new t.RandomAffine(0, { translate: [0.1, 0.2], scale: [0.5, 3], shear: 7 });
  const params = draws(400, (rng) => affine.draw(size, rng));
  fills(
    params.map((p) => p.translate[0]),
    -20,
    20,
  );
  fills(
    params.map((p) => p.translate[1]),
    -20,
    20,
  );
  fills(
    params.map((p) => p.scale),
    0.5,
    3,
  );
  fills(
    params.map((p) => p.shear[0]),
    -7,
    7,
  );
  assert.ok(params.every((p) => p.angle === 0 && p.shear[1] === 0));
  const corners = draws(400, (rng) => new t.RandomPerspective({ p: 1 }).draw(size, rng) ?? []);
  fills(
    corners.map((c) => c[0]?.[0] ?? 0),
    0,
    50,
  );
  fills(
    corners.map((c) => c[2]?.[0] ?? 0),
    149,
    199,
  );
  fills(
    corners.map((c) => c[2]?.[1] ?? 0),
    74,
    99,
  );
});

test('ColorJitter changes in every order, by factors that fill their ranges', () => {
  const jitter = new t.ColorJitter({ brightness: 0.4, contrast: [0.5, 0.6], hue: 0.1 });
  const all = draws(300, (rng) => jitter.draw(rng));
  assert.equal(new Set(all.map((c) => c.map((x) => x.property).join())).size, 6);
  const of = (name: string) =>
    all.map((changes) => changes.find((c) => c.property === name)?.factor ?? Number.NaN);
  assert.ok(of('brightness').every((f) => f >= 0.6 && f <= 1.4));
  assert.ok(of('contrast').every((f) => f >= 0.5 && f <= 0.6));
  assert.ok(of('hue').some((f) => f < -0.08) && of('hue').some((f) => f > 0.08));
  assert.ok(of('saturation').every(Number.isNaN));
});

test('automatic augmentations pick every operation, strength and sign', () => {
  const size = { height: 30, width: 30 };
  const wide = draws(900, (rng) => new t.TrivialAugmentWide({ numMagnitudeBins: 3 }).draw(rng));
  assert.equal(new Set(wide.map((c) => c.op)).size, 14);
  const rotations = new Set(wide.filter((c) => c.op === 'Rotate').map((c) => c.magnitude));
  assert.deepEqual(
    [...rotations].filter((m) => m !== 0).sort((a, b) => a - b),
    [-135, -67.5, 67.5, 135],
  );
  const rand = draws(200, (rng) => new t.RandAugment({ numOps: 3 }).draw(size, rng));
  assert.ok(rand.every((list) => list.length === 3));
  assert.equal(new Set(rand.flat().map((c) => c.op)).size, 14);
  const image = picture('square');
  for (let i = 0; i < 40; i++) {
    const out = new t.RandAugment({ magnitude: 20 }).apply(image, new Rng(1, 0, i));
    assert.deepEqual([out.height, out.width, out.channels], [32, 32, 3]);
  }
});

/** Pixels of plane 0 that are 1, as [rows, columns] hit. */
function erased({ shape, data }: FloatImage): { rows: number; columns: number; area: number } {
  const [, height, width] = shape;
  const rows = new Set<number>();
  const columns = new Set<number>();
  let area = 0;
  for (let i = 0; i < height * width; i++)
    if (data[i] === 1) {
      rows.add(Math.floor(i / width));
      columns.add(i % width);
      area++;
    }
  return { rows: rows.size, columns: columns.size, area };
}

test('RandomErasing erases one rectangle of the share asked for, in every channel', () => {
  const planes = floatImage(3, 40, 30);
  const erasing = new t.RandomErasing({ p: 1, scale: [0.1, 0.3], ratio: [0.5, 2], value: 1 });
  for (const result of draws(100, (rng) => erasing.apply(planes, rng))) {
    const { rows, columns, area } = erased(result);
    assert.equal(area, rows * columns);
    assert.ok(area / 1200 > 0.08 && area / 1200 < 0.33, `${area}`);
    assert.deepEqual(result.data.slice(0, 1200), result.data.slice(2400));
  }
  const coloured = new t.RandomErasing({ p: 1, value: [1, 2, 3] }).apply(planes, new Rng(1));
  assert.deepEqual([...new Set(coloured.data)].sort(), [0, 1, 2, 3]);
  const noisy = new t.RandomErasing({ p: 1, value: 'random' }).apply(planes, new Rng(1));
  assert.ok(new Set(noisy.data).size > 20);
  assert.throws(
    () => new t.RandomErasing({ value: [1, 2] }).apply(planes, new Rng(1)),
    /RandomErasing: value=\[1,2\] has 2 values, but the image has 3 channels/,
  );
});

test('Cutout erases squares about any pixel, cut by the border', () => {
  const planes = floatImage(1, 10, 10);
  const results = draws(400, (rng) => erased(new t.Cutout(4, { value: 1 }).apply(planes, rng)));
  assert.ok(results.every((r) => r.area === r.rows * r.columns && r.rows <= 4 && r.area >= 4));
  assertShare(results.filter((r) => r.area === 16).length, 400, 0.49);
  const two = draws(100, (rng) =>
    erased(new t.Cutout(2, { holes: 2, value: 1 }).apply(planes, rng)),
  );
  assert.ok(two.some((r) => r.area === 8) && two.every((r) => r.area <= 8));
});

test('GaussianNoise has the mean and spread asked for', () => {
  const image = new Image(64, 64, 3, new Uint8Array(64 * 64 * 3).fill(100));
  const noisy = new t.GaussianNoise({ mean: 0.1, sigma: 0.05 }).apply(image, new Rng(1));
  const mean = noisy.data.reduce((a, b) => a + b, 0) / noisy.data.length;
  const spread = Math.sqrt(
    noisy.data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / noisy.data.length,
  );
  assert.ok(Math.abs(mean - 125.5) < 0.7, `mean ${mean}`);
  assert.ok(Math.abs(spread - 12.75) < 0.5, `spread ${spread}`);
  const planes = floatImage(1, 50, 51);
  const clipped = new t.GaussianNoise({ sigma: 1 }).apply(planes, new Rng(1));
  assert.ok(clipped.data.every((v) => v >= 0 && v <= 1) && clipped.data.includes(1));
  const free = new t.GaussianNoise({ sigma: 1, clip: false }).apply(planes, new Rng(1));
  assertShare(free.data.filter((v) => v < 0).length, 2550, 0.5);
  assertShare(free.data.filter((v) => Math.abs(v) < 1).length, 2550, 0.6827);
});

test('Mosaic shows the mean of every block', () => {
  const data = Uint8Array.of(0, 10, 20, 30, 100, 200, 7, 8, 9);
  const result = new t.Mosaic(2, { p: 1 }).apply(new Image(3, 3, 1, data), new Rng(1));
  assert.deepEqual([...result.data], [35, 35, 110, 35, 35, 110, 8, 8, 9]);
});

test('AlternatingHorizontalFlip shows each picture both ways in two epochs, half of them mirrored at first', async () => {
  const image = positions(1, 2);
  const flip = new t.AlternatingHorizontalFlip();
  const isMirrored = (index: number, epoch: number) =>
    flip.apply(image, sampleRng(5, epoch, index)).data[1] === 2;
  const indices = [...Array(2000).keys()];
  const first = indices.map((index) => isMirrored(index, 0));
  assertShare(first.filter(Boolean).length, 2000, 0.5);
  for (const epoch of [1, 2, 3])
    assert.deepEqual(
      indices.map((index) => isMirrored(index, epoch)),
      first.map((mirrored) => mirrored !== (epoch % 2 === 1)),
    );
  assert.notDeepEqual(
    indices.map((index) => flip.apply(image, sampleRng(6, 0, index)).data[1] === 2),
    first,
  );
});
