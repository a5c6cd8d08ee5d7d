/** A pipeline in two halves gives what the whole one gives, to the bit, and draws the same numbers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import type { NdArray } from '../../../src/graph/op.js';
import { data, type Tensor, tensor, vision } from '../../../src/index.js';
import { Image } from '../../../src/vision/image.js';
import type { Transform } from '../../../src/vision/transforms/transform.js';

const {
  bytesFirst,
  Compose,
  Normalize,
  PILToTensor,
  RandomCrop,
  RandomErasing,
  RandomHorizontalFlip,
  RandomRotation,
  ToTensor,
} = vision.transforms;

function picture(channels: 1 | 3): Image {
  const rng = new Rng(channels);
  return new Image(
    13,
    9,
    channels,
    Uint8Array.from({ length: 117 * channels }, () => rng.int(256)),
  );
}

const moved = [new RandomCrop(8, { padding: 2 }), new RandomHorizontalFlip()];
const colours = new Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.25]);
const pipelines: Readonly<Record<string, readonly [1 | 3, Transform<Image, NdArray>]>> = {
  'crop, flip and colours': [3, new Compose([...moved, new ToTensor(), colours])],
  'turned, colours twice': [
    3,
    new Compose([new RandomRotation(20), new ToTensor(), colours, new Normalize(0.1, 2)]),
  ],
  'a pipeline at the end of one': [
    3,
    new Compose([...moved, new Compose([new ToTensor(), colours])]),
  ],
  grey: [1, new Compose([...moved, new ToTensor(), new Normalize(0.13, 0.31)])],
  'ToTensor alone': [1, new ToTensor()],
};

for (const [name, [channels, transform]] of Object.entries(pipelines))
  test(`${name}: bytes, and then numbers`, () => {
    const halves = bytesFirst(transform);
    assert.ok(halves !== null);
    for (let seed = 0; seed < 6; seed++) {
      const whole = transform.apply(picture(channels), new Rng(seed, 5));
      const sent: NdArray = halves.bytes.apply(picture(channels), new Rng(seed, 5));
      assert.equal(sent.dtype, 'uint8');
      const batch = tensor(sent.data, { dtype: 'uint8', shape: [1, ...sent.shape] });
      const numbers: Tensor = halves.numbers(batch);
      assert.deepEqual(numbers.shape, [1, ...whole.shape]);
      assert.deepEqual(numbers.data, whole.data);
    }
  });

test('a pipeline that goes on with numbers has no such halves', () => {
  assert.equal(bytesFirst(new Compose([new ToTensor(), new RandomErasing()])), null);
  assert.equal(bytesFirst(new Compose([...moved, new PILToTensor()])), null);
});

test('a loader of bytes gives the batches of numbers', async () => {
  const digits = await vision.datasets.Digits.open({ split: 'test' });
  const transform = new Compose([new ToTensor(), new Normalize(0.1307, 0.3081)]);
  const halves = bytesFirst(transform);
  assert.ok(halves !== null);
  const options = { batchSize: 32, shuffle: true, seed: 3 };
  const whole = new data.DataLoader(digits.withTransform(transform), options);
  const sent = new data.DataLoader(digits.withTransform(halves.bytes), {
    ...options,
    tensorTransform: halves.numbers,
  });
  const batches = sent[Symbol.asyncIterator]();
  for await (const [x, y] of whole) {
    const [images, labels] = (await batches.next()).value ?? [];
    assert.deepEqual([images?.data, labels?.data], [x.data, y.data]);
  }
  assert.equal((await batches.next()).done, true);
});

test('a tensorTransform is refused beside collate, and where there are no pairs', async () => {
  const pairs = new data.TensorDataset(tensor([[1], [2]]), tensor([0, 1]));
  const tensorTransform = (x: ReturnType<typeof tensor>) => x;
  assert.throws(() => new data.DataLoader(pairs, { tensorTransform, collate: (x) => x }), {
    message: 'DataLoader: collate excludes tensorTransform; apply it in collate',
  });
  const alone = new data.DataLoader(new data.TensorDataset(tensor([[1], [2]])), {
    tensorTransform,
  });
  await assert.rejects(alone[Symbol.asyncIterator]().next(), {
    message: /^DataLoader: tensorTransform takes batches of pictures and labels; samples must be/,
  });
});
