import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { floatImage, Image } from '../../../src/vision/image.js';
import * as t from '../../../src/vision/transforms/index.js';
import { picture } from './goldens.js';

/** What is refused when a transform is made, and what is said. */
const refused: readonly [() => unknown, string][] = [
  [
    () => new t.Resize(0),
    'ValueError: Resize: size=0 must be a whole number from 1 to 32768 or a pair of them',
  ],
  [
    () => new t.Resize([224, 224], { maxSize: 300 }),
    'ValueError: Resize: maxSize=300 needs a single size below it, but size is [224,224]',
  ],
  [
    () => new t.Resize(8, { interpolation: 'lanczos' as never }),
    'ValueError: Resize: interpolation="lanczos" must be one of nearest, bilinear, bicubic',
  ],
  [
    () => new t.CenterCrop([3, 2.5]),
    'ValueError: CenterCrop: size=[3,2.5] must be a whole number from 1 to 32768 or a pair of them',
  ],
  [
    () => new t.Pad([1, 2, 3] as never),
    'ValueError: Pad: padding=[1,2,3] must be a whole number from -32768 to 32768, a pair or four of them (left, top, right, bottom)',
  ],
  [
    () => new t.Pad(1, { paddingMode: 'wrap' as never }),
    'ValueError: Pad: paddingMode="wrap" must be one of constant, edge, reflect, symmetric',
  ],
  [
    () => new t.Pad(1, { fill: 300 }),
    'ValueError: Pad: fill=300 must be a number from 0 to 255, or one for each channel',
  ],
  [
    () => new t.RandomHorizontalFlip({ p: 1.5 }),
    'ValueError: RandomHorizontalFlip: p=1.5 must be a number from 0 to 1',
  ],
  [
    () => new t.RandomRotation(-5),
    'ValueError: RandomRotation: degrees=-5 must be a number from 0 to 36000',
  ],
  [
    () => new t.RandomRotation([5, -5]),
    'ValueError: RandomRotation: degrees=[5,-5] must be a pair [low, high] of numbers from -36000 to 36000, low ≤ high',
  ],
  [
    () => new t.RandomAffine(5, { translate: [0.1, 2] }),
    'ValueError: RandomAffine: translate=[0.1,2] must be a pair of numbers from 0 to 1',
  ],
  [
    () => new t.RandomAffine(5, { shear: [1, 2, 4, 3] }),
    'ValueError: RandomAffine: shear=[4,3] must be a pair [low, high] of numbers from -89 to 89, low ≤ high',
  ],
  [
    () => new t.RandomAffine(5, { shear: [1, 2, 3] as never }),
    'ValueError: RandomAffine: shear=[1,2,3] must be a number, a pair [low, high] for x, or four numbers for x and y',
  ],
  [
    () => new t.ColorJitter({ brightness: -0.5 }),
    'ValueError: ColorJitter: brightness=-0.5 must be a number from 0 to 999',
  ],
  [
    () => new t.ColorJitter({ hue: 0.7 }),
    'ValueError: ColorJitter: hue=0.7 must be a number from 0 to 0.5',
  ],
  [
    () => new t.Grayscale({ numOutputChannels: 2 as never }),
    'ValueError: Grayscale: numOutputChannels=2 must be 1 or 3',
  ],
  [
    () => new t.GaussianBlur(4),
    'ValueError: GaussianBlur: kernelSize=4 must be odd, so that it has a middle',
  ],
  [
    () => new t.Normalize([0.5], [0]),
    'ValueError: Normalize: std=[0] must be a number from 0.000001 to 1000000, or a list of them, one per channel',
  ],
  [
    () => new t.Normalize('0.5' as never, 1),
    'ValueError: Normalize: mean="0.5" must be a number from -1000000 to 1000000, or a list of them, one per channel',
  ],
  [
    () => new t.RandomErasing({ value: 'noise' as never }),
    'ValueError: RandomErasing: value="noise" must be a number, a list with one per channel, or \'random\'',
  ],
  [
    () => new t.RandomChoice([]),
    'ValueError: RandomChoice: the list is empty, at least one transform is required',
  ],
  [
    () => new t.RandomChoice([new t.ToTensor()], { p: [0] }),
    'ValueError: RandomChoice: p=[0] must hold one weight ≥ 0 for each of the 1 transforms, not all 0',
  ],
  [
    () => new t.RandAugment({ magnitude: 31 }),
    'ValueError: RandAugment: magnitude=31 must be below numMagnitudeBins=31',
  ],
  [
    () => new t.Mosaic(0),
    'ValueError: Mosaic: blockSize=[0,0] must be a pair [low, high] of numbers from 1 to 32768, low ≤ high',
  ],
  [
    () => new t.MixUp({ numClasses: 0 }),
    'ValueError: MixUp: numClasses=0 must be a whole number from 1 to 65536',
  ],
  [
    () => new t.Resize(null as never),
    'ValueError: Resize: size=null must be a whole number from 1 to 32768 or a pair of them',
  ],
  [
    () => new t.Resize(65536),
    'ValueError: Resize: size=65536 must be a whole number from 1 to 32768 or a pair of them',
  ],
  [
    () => new t.GaussianBlur(9999),
    'ValueError: GaussianBlur: kernelSize=9999 must be a whole number from 1 to 255 or a pair of them',
  ],
  [
    () => new t.RandomChoice([new t.ToTensor()], { p: ['1'] as never }),
    'ValueError: RandomChoice: p=["1"] must hold one weight ≥ 0 for each of the 1 transforms, not all 0',
  ],
  [
    () => new t.RandomRotation(5, { center: [1] as never }),
    'ValueError: RandomRotation: center=[1] must be a pair of numbers from -1000000 to 1000000',
  ],
  // What a picture has is known only when it comes.
  [
    () => new t.Pad(30_000)(picture('square')),
    'ValueError: Pad: makes 60032×60032 = 3603841024 pixels of 32×32, at most 50000000 are allowed',
  ],
  [
    () => new t.Resize(30_000)(picture('rgb')),
    'ValueError: Resize: makes 30000×36000 = 1080000000 pixels of 30×36, at most 50000000 are allowed',
  ],
  [
    () => new t.Resize([1, 30_000])(new Image(8000, 1, 1)),
    'ValueError: resize: 8000 rows are drawn out to 30000 pixels before they are shrunk to 1, more than 100000000 pixels in all; resize in two steps',
  ],
  [
    () => new t.Compose([new t.Pad(30_000), new t.CenterCrop(8)])(picture('square')),
    'ValueError: Pad: makes 60032×60032 = 3603841024 pixels of 32×32, at most 50000000 are allowed',
  ],
  [
    () => new t.Pad(1, { fill: [1, 2] }).apply(picture('rgb'), new Rng(1)),
    'ValueError: gather: fill=[1,2] has 2 values, but the image has 3 channels',
  ],
  [
    () => new t.Pad(-20).apply(picture('rgb'), new Rng(1)),
    'ValueError: Pad: padding -20 and -20 leaves nothing of 30 pixels; cut away less',
  ],
  [
    () => new t.GaussianBlur([3, 65]).apply(picture('square'), new Rng(1)),
    'ShapeError: GaussianBlur: kernelSize 3×65 mirrors 1 and 32 pixels, but the image is only 32×32; use a smaller kernel',
  ],
  [
    () => new t.Normalize([1, 2, 3], 1).apply(floatImage(1, 2, 2)),
    'ShapeError: Normalize: mean=[1,2,3] has 3 values, but the image has 1 channels',
  ],
];

for (const [cause, text] of refused)
  test(`says: ${text}`, () => {
    let said = 'no error';
    try {
      cause();
    } catch (error) {
      said = String(error);
    }
    assert.equal(said, text);
  });
