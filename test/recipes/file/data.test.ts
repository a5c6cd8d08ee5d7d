import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTask } from '../../../src/recipes/index.js';
import { put } from '../../vision/datasets/temporary-folder.js';
import { fillFolder } from '../picture-folder.js';
import { recipeFolder } from './recipe-file.js';

test('a folder is found from the file on, and its pictures are resized by a function of the size', async (t) => {
  const { folder, file } = await recipeFolder(
    t,
    `import { defineRecipe, vision } from 'wick';
     import { steps } from './steps.js';
     const { Compose } = vision.transforms;
     const both = (size: number) => new Compose(steps(size));
     export default defineRecipe({
       data: './photos',
       inputShape: [3, 16, 16],
       transforms: (size) => ({ train: both(size), eval: both(size) }),
       model: 'cifarCnn',
     });`,
  );
  await put(
    folder,
    'steps.ts',
    `import { vision } from 'wick';
     const { Resize, ToTensor } = vision.transforms;
     export const steps = (size: number): [vision.transforms.Resize, vision.transforms.ToTensor] => [new Resize([size, size]), new ToTensor()];`,
  );
  await fillFolder(join(folder, 'photos'), { red: 5, green: 5 });
  const task = await openTask(file, { seed: 0 });
  assert.deepEqual(task.inputShape, [3, 16, 16]);
  assert.deepEqual(task.classes, ['green', 'red']);
  assert.deepEqual(task.code?.gives, [], 'a prediction does not need the file');
  const larger = await openTask(file, { seed: 0, imageSize: 24 });
  assert.deepEqual(larger.inputShape, [3, 24, 24]);
  assert.equal(larger.architecture.options.imageSize, 24);
});

test('data of one’s own: any data sets, parts of which are limited and held out like others', async (t) => {
  const { file } = await recipeFolder(
    t,
    `import { data, defineRecipe, vision } from 'wick';
     const t = new vision.transforms.ToTensor();
     const noise = (n) => {
       const x = { shape: [n, 2, 6, 6], dtype: 'float32', data: Float32Array.from({ length: n * 72 }, (_, i) => (i * 7) % 11) };
       const y = { shape: [n], dtype: 'int32', data: Int32Array.from({ length: n }, (_, i) => i % 2) };
       return new data.TensorDataset(x, y);
     };
     export default defineRecipe({
       data: ({ seed, transforms }) => ({ train: noise(40), test: noise(20), classes: ['even', 'odd'] }),
       transforms: { train: t, eval: t },
       model: 'cifarCnn',
       inputShape: [2, 6, 6],
     });`,
    'own.mjs',
  );
  const task = await openTask(file, { seed: 0, valSplit: 0.25 });
  assert.deepEqual([task.train.length, task.val?.length, task.test.length], [30, 10, 20]);
  assert.deepEqual(task.inputShape, [2, 6, 6]);
});
