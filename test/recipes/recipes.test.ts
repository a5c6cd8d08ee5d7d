import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import '../../src/ops/index.js';
import { findRecipe, openTask, recipes, requireRecipe } from '../../src/recipes/index.js';
import { architectureOf } from '../../src/recipes/task.js';
import { summarize } from '../../src/report/model-summary.js';
import type { ImageTransform } from '../../src/vision/datasets/image-transform.js';
import { Image } from '../../src/vision/image.js';
import { createModel } from '../../src/vision/models/registry.js';
import { transformFromJSON } from '../../src/vision/transforms/registry.js';

/** A picture of the size that the recipe's data have, or of another one where the transform resizes. */
function picture(channels: number, height: number, width: number): Image {
  const rng = new Rng(1);
  const data = Uint8Array.from({ length: height * width * channels }, () => rng.int(256));
  return new Image(height, width, channels === 1 ? 1 : 3, data);
}

for (const { name, model, numClasses, inputShape, transforms } of recipes) {
  test(`${name}: the network takes what the transforms give`, () => {
    const network = createModel(architectureOf(model, inputShape, numClasses));
    const { layers } = summarize(network, [2, ...inputShape]);
    assert.deepEqual(layers[0]?.outputShape, [2, numClasses]);

    const [channels, height, width] = inputShape;
    const { trainTransform, evalTransform } = transforms(height);
    const own = picture(channels, height, width);
    assert.deepEqual(trainTransform.apply(own, new Rng(0)).shape, inputShape);
    const foreign = picture(channels, 61, 83);
    assert.deepEqual(evalTransform.apply(foreign, new Rng(0)).shape, inputShape);
  });

  test(`${name}: the stored transform is the transform, and has no randomness`, () => {
    const [channels, height] = inputShape;
    const { evalTransform } = transforms(height);
    const stored: ImageTransform = transformFromJSON(JSON.parse(JSON.stringify(evalTransform)));
    const image = picture(channels, 61, 83);
    const input = evalTransform.apply(image, new Rng(0));
    assert.deepEqual(stored.apply(image, new Rng(1)).data, input.data);
  });
}

test('training pictures of one sample differ by generator where the recipe augments, and by nothing else', () => {
  for (const { name, inputShape, transforms } of recipes) {
    const [channels, height] = inputShape;
    const { trainTransform } = transforms(height);
    const image = picture(channels, height, height);
    const seen = (seed: number) => trainTransform.apply(image, new Rng(seed)).data.join();
    assert.equal(seen(1), seen(1), name);
    const augments = ['cifar10', 'cifar10-fast', 'fer2013', 'food'].includes(name);
    assert.equal(seen(1) !== seen(2), augments, name);
  }
});

test('names and aliases', () => {
  const names = recipes.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assert.equal(new Set(names).size, names.length);
  assert.equal(findRecipe('shoes')?.name, 'sneakers');
  assert.equal(findRecipe('cifar'), undefined);
  assert.throws(() => requireRecipe('cifar-10'), {
    name: 'ValueError',
    message:
      'cifar-10: is no data set that wick knows; known are digits, mnist, fashion-mnist, cifar10, cifar10-lr, cifar10-fast, ' +
      'fer2013, sneakers, food, any folder of pictures, and recipe files (.ts, .js); did you mean cifar10?',
  });
});

test('recipes that use pictures as they are refuse another size', async () => {
  await assert.rejects(openTask('digits', { imageSize: 32 }), {
    name: 'ValueError',
    message: 'digits: imageSize=32, but its pictures are 28×28 and used as they are; leave it out',
  });
  const { inputShape } = await openTask('digits', { imageSize: 28 });
  assert.deepEqual(inputShape, [1, 28, 28]);
});

test('model and limit: another network, and a part with the share of each class', async () => {
  const task = await openTask('digits', { model: 'cifarCnn', limit: 50, seed: 3 });
  assert.deepEqual(task.architecture, {
    name: 'cifarCnn',
    options: { numClasses: 10, inChannels: 1, imageSize: 28 },
  });
  for (const part of [task.train, task.test]) {
    const counts = new Array<number>(10).fill(0);
    for (const label of Array.from(part.targets ?? [])) counts[label] = (counts[label] ?? 0) + 1;
    assert.deepEqual(counts, new Array<number>(10).fill(5));
  }
  const other = await openTask('digits', { limit: 50, seed: 4 });
  assert.notEqual(await other.train.fingerprint?.(), await task.train.fingerprint?.());
  assert.equal((await openTask('digits', { limit: 9999 })).train.length, 5000);
  assert.deepEqual(task.choices, { model: 'cifarCnn', limit: 50, seed: 3 });
});
