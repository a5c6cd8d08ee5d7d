import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { Image } from '../../../src/vision/image.js';
import * as transforms from '../../../src/vision/transforms/index.js';
import type { Transform, TransformJson } from '../../../src/vision/transforms/transform.js';
import { picture } from './goldens.js';
import { sampleInput, samples } from './samples.js';

const { transformFromJSON, transformNames } = transforms;

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
    const value = sampleInput(transform);
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
      message: new RegExp(`^${name}: option 'sise' is unknown`),
    });
  });
}

const fixed = ['CenterCrop', 'Grayscale', 'Normalize', 'PILToTensor', 'Pad', 'Resize', 'ToTensor'];
for (const name of transformNames.filter((n) => !fixed.includes(n)))
  test(`${name}: different generators give different results`, () => {
    const transform = make({ name, ...samples[name] });
    const value = sampleInput(transform);
    const results = Array.from({ length: 12 }, (_, seed) =>
      JSON.stringify(transform.apply(value, new Rng(seed))),
    );
    assert.ok(new Set(results).size > 1);
  });

for (const name of fixed)
  test(`${name}: nothing is drawn`, () => {
    const transform = make({ name, ...samples[name] });
    const rng = new Rng(5);
    transform.apply(sampleInput(transform), rng);
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
    message:
      /^transformFromJSON: no transform is named "RandomCorp"; there are AlternatingHorizontalFlip, CenterCrop, /,
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
