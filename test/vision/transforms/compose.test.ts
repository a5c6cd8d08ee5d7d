import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { Image } from '../../../src/vision/image.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import * as t from '../../../src/vision/transforms/index.js';
import type { AnyTransform, Transform } from '../../../src/vision/transforms/transform.js';
import { picture } from './goldens.js';

/** Steps that Compose treats differently: gathers with and without fill, resampling, colours. */
const steps: readonly (() => AnyTransform)[] = [
  () => new t.Resize([26, 31]),
  () => new t.Resize([40, 22], { interpolation: 'nearest' }),
  () => new t.Resize([19, 45], { interpolation: 'bicubic' }),
  () => new t.CenterCrop([18, 24]),
  () => new t.CenterCrop([26, 31]), // all of what the first Resize makes
  () => new t.CenterCrop([44, 40]),
  () => new t.Pad([1, 2, 3, 4], { fill: 30 }),
  () => new t.Pad(3, { fill: [9, 99, 199] }),
  () => new t.Pad(4, { paddingMode: 'reflect' }),
  () => new t.RandomCrop([15, 16], { padding: 3, fill: 77, padIfNeeded: true }),
  () => new t.RandomResizedCrop([21, 20]),
  () => new t.RandomHorizontalFlip(),
  () => new t.RandomVerticalFlip(),
  () => new t.RandomRotation(40),
  () => new t.RandomRotation(40, { interpolation: 'bilinear', expand: true, fill: 30 }),
  () => new t.RandomRotation([90, 90], { expand: true }),
  () => new t.RandomAffine(0, { translate: [0.3, 0.3], fill: 30 }),
  () => new t.RandomPerspective({ interpolation: 'bicubic', fill: [1, 2, 3] }),
  () => new t.ColorJitter({ brightness: 0.5, hue: 0.2 }),
  () => new t.RandomGrayscale({ p: 0.5 }),
];

function oneByOne(list: readonly AnyTransform[], value: unknown, rng: Rng): unknown {
  let result = value;
  for (const step of list as readonly Transform<unknown, unknown>[])
    result = step.apply(result, rng);
  return result;
}

test('any order of steps gives, to the bit, what they give one by one', () => {
  const image = picture('rgb');
  const choose = new Rng(2024);
  for (let round = 0; round < 300; round++) {
    const list = Array.from({ length: 1 + choose.int(6) }, () => {
      const make = steps[choose.int(steps.length)];
      assert.ok(make !== undefined);
      return make();
    });
    if (choose.bool()) list.push(new t.ToTensor());
    if (choose.bool() && list.at(-1) instanceof t.ToTensor)
      list.push(new t.Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.25]), new t.Normalize(0.1, 2));
    const rng = new Rng(1, 2, round);
    const plain = new Rng(1, 2, round);
    const fused = new Compose<Image, unknown>(list).apply(image, rng);
    const expected = oneByOne(list, image, plain);
    assert.deepEqual(fused, expected, `round ${round}: ${list.join(', ')}`);
    assert.equal(rng.bits(), plain.bits(), `round ${round}: other numbers were drawn`);
  }
});

test('a crop to the size that a picture has moves no pixel', () => {
  const image = picture('rgb');
  assert.equal(new t.CenterCrop([image.height, image.width]).apply(image), image);
});

test('a fill beyond a rotation of a very long picture stays the fill', () => {
  const strip = new Image(2, 24_000, 1, new Uint8Array(48_000).fill(200));
  const list = [new t.RandomRotation([1e-3, 1e-3], { fill: 9 }), new t.Pad(2, { fill: 9 })];
  const fused = new Compose<Image, Image>(list).apply(strip, new Rng(1));
  assert.deepEqual(fused, oneByOne(list, strip, new Rng(1)));
});

test('what an image was made of is not changed, and lists may be nested', () => {
  const image = picture('square');
  const inner = new Compose<Image, Image>([new t.Pad(2), new t.RandomHorizontalFlip({ p: 1 })]);
  const outer = new Compose<Image, Image>([inner, new t.CenterCrop(32)]);
  const before = image.data.slice();
  const result = outer.apply(image, new Rng(1));
  assert.deepEqual(image.data, before);
  const flip = new t.RandomHorizontalFlip({ p: 1 });
  assert.deepEqual(result, flip.apply(image, new Rng(1)));
  assert.deepEqual(new Compose<Image, Image>([]).apply(image, new Rng(1)), image);
});

test('steps in an order that cannot work are refused when the list is made', () => {
  assert.throws(() => new Compose([new t.ToTensor(), new t.RandomCrop(8)]), {
    name: 'ValueError',
    message:
      'Compose: step 2, RandomCrop, takes an image, but gets a tensor; move it before ToTensor',
  });
  assert.throws(() => new Compose([new t.Resize(8), new t.Normalize(0, 1)]), {
    message:
      'Compose: step 2, Normalize, takes a tensor, but gets an image; put ToTensor before it',
  });
  const tail = new t.RandomApply([new t.RandomErasing()]);
  assert.throws(() => new Compose([new t.Pad(1), tail]), /step 2, RandomApply, takes a tensor/);
  assert.doesNotThrow(() => new Compose([new t.GaussianNoise(), new t.ToTensor(), tail]));
});

test('a pipeline is saved and read back whole', () => {
  const list = [new t.Resize(20), new t.RandomChoice([new t.Pad(1), new t.CenterCrop(9)])];
  const compose = new Compose([...list, new t.ToTensor()]);
  const back = t.transformFromJSON(JSON.parse(JSON.stringify(compose)));
  assert.equal(String(back), String(compose));
  const image = picture('rgb');
  for (let i = 0; i < 10; i++)
    assert.deepEqual(back.apply(image, new Rng(3, 0, i)), compose.apply(image, new Rng(3, 0, i)));
});
