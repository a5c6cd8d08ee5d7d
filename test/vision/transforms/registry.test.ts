import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { floatImage, Image } from '../../../src/vision/image.js';
import type { Batch } from '../../../src/vision/transforms/batch.js';
import * as transforms from '../../../src/vision/transforms/index.js';
import type { Transform, TransformJson } from '../../../src/vision/transforms/transform.js';
import { picture } from './goldens.js';

const { transformFromJSON, transformNames } = transforms;

const flip = { name: 'RandomHorizontalFlip', p: 0.5 };

/** For every transform a JSON form with options that are not the defaults, where it has options. */
const samples: Readonly<Record<string, Omit<TransformJson, 'name'>>> = {
  CenterCrop: { size: [20, 22] },
  ColorJitter: { brightness: [0.5, 1.5], contrast: 0, saturation: [0.2, 2], hue: [-0.1, 0.2] },
  Compose: { transforms: [flip, { name: 'ToTensor' }] },
  CutMix: { alpha: 0.4, numClasses: 5 },
  Cutout: { length: 8, holes: 2, value: 0.5 },
  GaussianBlur: { kernelSize: [3, 5], sigma: [0.5, 3] },
  GaussianNoise: { mean: 0.1, sigma: 0.2, clip: false },
  Grayscale: { numOutputChannels: 3 },
  MixUp: { alpha: 0.2, numClasses: 5 },
  Mosaic: { blockSize: [2, 6], p: 0.9 },
  Normalize: { mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7] },
  Pad: { padding: [1, 2, 3, 4], fill: [5, 6, 7], paddingMode: 'constant' },
  RandAugment: {
    numOps: 3,
    magnitude: 5,
    numMagnitudeBins: 11,
    interpolation: 'bilinear',
    fill: 9,
  },
  RandomAffine: {
    degrees: [-10, 20],
    translate: [0.1, 0.2],
    scale: [0.8, 1.2],
    shear: [-5, 5, -3, 3],
    interpolation: 'bicubic',
    fill: 3,
    center: [4, 5],
  },
  RandomApply: { transforms: [flip], p: 0.8 },
  RandomChoice: { transforms: [flip, { ...flip, p: 0.25 }], p: [1, 2] },
  RandomCrop: { size: [25, 21], padding: [2, 3], padIfNeeded: true, fill: 4, paddingMode: 'edge' },
  RandomErasing: { p: 0.9, scale: [0.1, 0.2], ratio: [0.5, 2], value: 'random' },
  RandomGrayscale: { p: 0.3 },
  RandomHorizontalFlip: { p: 0.6 },
  RandomPerspective: { distortionScale: 0.3, p: 0.7, interpolation: 'nearest', fill: 8 },
  RandomResizedCrop: {
    size: [16, 20],
    scale: [0.2, 0.9],
    ratio: [0.5, 2],
    interpolation: 'bicubic',
  },
  RandomRotation: {
    degrees: [-20, 30],
    interpolation: 'bilinear',
    expand: true,
    center: [3, 4],
    fill: 7,
  },
  RandomVerticalFlip: { p: 0.4 },
  Resize: { size: 24, interpolation: 'bicubic', maxSize: 60 },
  ToTensor: {},
  TrivialAugmentWide: { numMagnitudeBins: 11, interpolation: 'bilinear', fill: [1, 2, 3] },
};

/** A value that the transform takes. */
function input(transform: Transform<unknown, unknown>): unknown {
  const name = transform.toJSON().name;
  if (name === 'MixUp' || name === 'CutMix') {
    const data = Float32Array.from({ length: 4 * 3 * 6 * 7 }, (_, i) => (i * 37) % 101);
    return {
      images: { shape: [4, 3, 6, 7], dtype: 'float32', data },
      labels: { shape: [4], dtype: 'int32', data: Int32Array.of(0, 4, 2, 2) },
    } satisfies Batch;
  }
  if (transform.takes !== 'tensor') return picture('rgb');
  return floatImage(
    3,
    20,
    24,
    Float32Array.from({ length: 1440 }, (_, i) => ((i * 31) % 97) / 97),
  );
}

const make = (json: TransformJson) => transformFromJSON<Transform<unknown, unknown>>(json);

test('the registry holds every transform class of the room, and every one has a sample here', () => {
  const classes = Object.entries(transforms)
    .filter(([, value]) => typeof value === 'function' && /^class /.test(String(value)))
    .filter(([name]) => name !== 'Lambda') // which holds a function
    .map(([name]) => name);
  assert.deepEqual([...transformNames], classes.sort());
  assert.deepEqual(Object.keys(samples).sort(), [...transformNames]);
});

for (const [name, options] of Object.entries(samples)) {
  const json = { name, ...options };

  test(`${name}: JSON form round trip keeps every option`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(make(json).toJSON())), json);
    assert.match(make(json).toString(), new RegExp(`^${name}\\(`));
  });

  test(`${name}: the same generator gives the same result, and the input is left alone`, () => {
    const transform = make(json);
    const value = input(transform);
    const before = structuredClone(value);
    for (let seed = 0; seed < 5; seed++) {
      const first = transform.apply(value, new Rng(seed, 7, 3));
      assert.deepEqual(transform.apply(value, new Rng(seed, 7, 3)), first);
    }
    assert.deepEqual(structuredClone(value), before);
  });

  test(`${name}: an unknown option is refused`, () => {
    assert.throws(() => make({ ...json, sise: 3 }), {
      name: 'ValueError',
      message: new RegExp(`^${name}: option "sise" is unknown; there are `),
    });
  });
}

const fixed = ['CenterCrop', 'Grayscale', 'Normalize', 'Pad', 'Resize', 'ToTensor'];
for (const name of transformNames.filter((n) => !fixed.includes(n)))
  test(`${name}: different generators give different results`, () => {
    const transform = make({ name, ...samples[name] });
    const value = input(transform);
    const results = Array.from({ length: 12 }, (_, seed) =>
      JSON.stringify(transform.apply(value, new Rng(seed))),
    );
    assert.ok(new Set(results).size > 1);
  });

for (const name of fixed)
  test(`${name}: nothing is drawn`, () => {
    const transform = make({ name, ...samples[name] });
    const rng = new Rng(5);
    transform.apply(input(transform), rng);
    assert.equal(rng.bits(), new Rng(5).bits());
  });

test('no transform changes its picture, whatever the bytes lie in', () => {
  const plain = picture('rgb');
  const holders = {
    Buffer: Buffer.from(plain.data),
    'a view of a Buffer': Buffer.from([9, ...plain.data, 9]).subarray(1, -1),
    Uint8ClampedArray: Uint8ClampedArray.from(plain.data),
    Uint8Array: Uint8Array.from(plain.data),
  };
  const ops = ['RandAugment', 'TrivialAugmentWide'];
  for (const [name, options] of Object.entries(samples)) {
    const transform = make({ name, ...options });
    if (transform.takes !== 'image' && name !== 'GaussianNoise') continue;
    for (let seed = 0; seed < (ops.includes(name) ? 60 : 4); seed++) {
      const expected = transform.apply(plain, new Rng(seed));
      for (const [holder, bytes] of Object.entries(holders)) {
        const image = new Image(plain.height, plain.width, 3, bytes);
        assert.deepEqual(transform.apply(image, new Rng(seed)), expected, `${name} of ${holder}`);
        assert.ok(Buffer.from(bytes).equals(plain.data), `${name} writes into ${holder}`);
      }
    }
  }
});

test('an unknown name is refused with the list of known ones', () => {
  assert.throws(() => make({ name: 'RandomCorp' }), {
    name: 'ValueError',
    message: /^transformFromJSON: no transform is named "RandomCorp"; there are CenterCrop, /,
  });
  assert.throws(() => make({} as TransformJson), /no transform is named undefined/);
  assert.throws(() => make({ name: 'toString' }), /no transform is named "toString"/);
  assert.throws(() => make({ name: 'Compose' }), {
    message: 'Compose: transforms is missing, a list of transforms is required',
  });
});

test('images of one channel pass through every transform of images', () => {
  const grey = picture('grey');
  for (const [name, options] of Object.entries(samples)) {
    const transform = make({ name, ...options, ...('fill' in options ? { fill: 1 } : {}) });
    if (transform.takes !== 'image' && name !== 'GaussianNoise') continue;
    const result = transform.apply(grey, new Rng(1));
    const channels = result instanceof Image ? result.channels : null;
    if (channels !== null) assert.equal(channels, name === 'Grayscale' ? 3 : 1, name);
  }
});
