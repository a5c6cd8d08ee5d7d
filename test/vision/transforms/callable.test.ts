import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import '../../../src/ops/index.js';
import { tensor } from '../../../src/tensor/creation.js';
import { defaultGenerator, manualSeed } from '../../../src/tensor/generator.js';
import { type FloatImage, Image } from '../../../src/vision/image.js';
import * as t from '../../../src/vision/transforms/index.js';
import { picture } from './goldens.js';

const image = picture('rgb');

test('a transform is called as torchvision’s are, and is an instance of its class', () => {
  const resize = new t.Resize([8, 9]);
  const small: Image = resize(image);
  assert.deepEqual([small.height, small.width], [8, 9]);
  assert.deepEqual(small, resize.apply(image));
  assert.ok(resize instanceof t.Resize && typeof resize === 'function');
  const planes: FloatImage = new t.Compose([resize, new t.ToTensor()])(image);
  assert.deepEqual(planes.shape, [3, 8, 9]);
  const noisy: Image = new t.GaussianNoise()(image);
  assert.equal(noisy.height, image.height);
  assert.equal(JSON.stringify(resize), JSON.stringify(resize.toJSON()));
});

test('every transform prints in the console as it does as a text', () => {
  for (const transform of [new t.Resize(8), new t.Compose([new t.ToTensor()]), new t.Cutout(3)])
    assert.equal(inspect(transform), String(transform));
  assert.equal(inspect(image), 'Image(30×36 RGB)');
});

test('without a generator, numbers come from the one that manualSeed seeds', () => {
  const crop = new t.RandomCrop(8);
  const draw = () => [crop(image), crop.apply(image), crop(image)];
  manualSeed(7);
  const first = draw();
  const state = [...defaultGenerator.state.data];
  assert.equal(state[2], 3, 'each call is one draw');
  manualSeed(7);
  assert.deepEqual(draw(), first);
  manualSeed(8);
  assert.notDeepEqual(draw(), first);
  assert.notDeepEqual(first[0], first[1]);
  manualSeed(7);
  assert.deepEqual(crop(image), crop(image, new Rng(7, 0, 0)));
});

test('what draws nothing leaves the generator as it is', () => {
  manualSeed(3);
  new t.Compose([new t.Resize(20), new t.CenterCrop(10), new t.ToTensor()])(image);
  assert.equal(defaultGenerator.state.data[2], 0);
});

test('in a step that is recorded, drawing is refused by name', async () => {
  const step = compile((x) => {
    new t.RandomCrop(8)(image);
    return x.add(1);
  });
  await assert.rejects(async () => step(tensor([1])), /CaptureError: Generator: the step is being/);
});

test('a plain function is a transform, alone and among others', () => {
  const invert = ({ height, width, channels, data }: Image) =>
    new Image(
      height,
      width,
      channels,
      data.map((value) => 255 - value),
    );
  const list = new t.Compose([new t.Resize(8), invert, new t.ToTensor()]);
  const expected = new t.ToTensor()(invert(new t.Resize(8)(image)));
  assert.deepEqual(list(image), expected);
  assert.match(String(list), /\n {4}Lambda\(\)\n/);
  const drawn: number[] = [];
  const random = new t.RandomApply([(_: Image, rng: Rng) => drawn.push(rng.int(5))], { p: 1 });
  random.apply(image, new Rng(1));
  assert.equal(drawn.length, 1);
  assert.throws(() => list.toJSON(), {
    name: 'ValueError',
    message:
      'Lambda(invert): a function can be neither saved nor sent to worker threads; export it from a module and say which, ' +
      'new Lambda(fn, { module: import.meta.url }), use a transform of vision.transforms, or pass numWorkers: 0',
  });
});

/** What is no transform, or no picture for one, and what is said. */
const refused: readonly [() => unknown, string][] = [
  [
    () => new t.Compose([t.ToTensor as never]),
    'ValueError: Compose: ToTensor is a class, an instance is required: new ToTensor(…)',
  ],
  [
    () => new t.Compose([null as never]),
    'ValueError: Compose: given null as a transform; an object with apply (new ToTensor()) or a function is required',
  ],
  [
    () => new t.Compose(new t.ToTensor() as never),
    'ValueError: Compose: a list of transforms is required: [new ToTensor()]',
  ],
  [
    () => new t.Resize(8)('cat.jpg' as never),
    'ValueError: Resize: given a string, an Image is required (codecs.decode makes one); ToTensor comes after it',
  ],
  [
    () => new t.Normalize(0, 1)(image as never),
    'ValueError: Normalize: given an Image, float32 planes [C, H, W] are required; put ToTensor before it',
  ],
  [
    () => new t.Compose([() => null, new t.CenterCrop(3)])(image),
    'ValueError: CenterCrop: given null, an Image is required (codecs.decode makes one); ToTensor comes after it',
  ],
  [
    () => new t.Lambda(async () => image)(image),
    'ValueError: Lambda: the function returns a promise; transforms are not async',
  ],
  [() => new t.Lambda(3 as never), 'ValueError: Lambda: given a number, a function is required'],
];

for (const [cause, text] of refused)
  test(`says: ${text}`, () => {
    assert.throws(cause, (error) => {
      assert.equal(String(error), text);
      return true;
    });
  });
