import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader } from '../../../src/data/dataloader.js';
import type { Dataset } from '../../../src/data/dataset.js';
import { openTask } from '../../../src/recipes/index.js';
import { Digits } from '../../../src/vision/datasets/digits.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { Lambda } from '../../../src/vision/transforms/lambda.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import { Shift, shade } from './module-transforms.js';
import { recipeFolder, whole } from './recipe-file.js';

async function pixels(dataset: Dataset, numWorkers: number): Promise<number[][]> {
  const loader = new DataLoader(dataset, { batchSize: 8, shuffle: true, seed: 5, numWorkers });
  const batches: number[][] = [];
  for await (const [x, y] of loader) batches.push([...x.data, ...y.data].map(Number));
  await loader.close();
  return batches;
}

async function requireSame(dataset: Dataset, plain: Dataset, workers: number): Promise<void> {
  const alone = await pixels(dataset, 0);
  assert.deepEqual(await pixels(dataset, workers), alone);
  assert.notDeepEqual(alone, await pixels(plain, 0), 'the functions change pixels');
}

test('closures of a recipe file run in workers, with the same pixels', async (t) => {
  const { file } = await recipeFolder(t, whole);
  const { train } = await openTask(file, { limit: 20, seed: 0 });
  const { train: plain } = await openTask('digits', { limit: 20, seed: 0 });
  await requireSame(train, plain, 1);
});

test('a function that a module exports, and a transform of such a class, run in workers', async () => {
  const module = new URL('./module-transforms.js', import.meta.url).href;
  const digits = (transform: Compose) => Digits.open({ split: 'test', transform });
  const transform = new Compose([new Lambda(shade, { module }), new ToTensor(), new Shift(0.25)]);
  await requireSame(await digits(transform), await digits(new Compose([new ToTensor()])), 2);
});

test('a closure of no module is refused by name, with what to do', async () => {
  const brighter = <T>(x: T): T => x;
  const transform = new Compose([new Lambda(brighter), new ToTensor()]);
  const dataset = await Digits.open({ split: 'test', transform });
  await assert.rejects(pixels(dataset, 1), {
    name: 'ValueError',
    message:
      /^Lambda\(brighter\): .*new Lambda\(fn, \{ module: import\.meta\.url \}\).* numWorkers: 0$/,
  });
});

test('a name that the module does not export is told', async () => {
  const { href } = new URL('./module-transforms.js', import.meta.url);
  const transform = new Compose([
    new Lambda(shade, { module: href, name: 'shad' }),
    new ToTensor(),
  ]);
  const dataset = await Digits.open({ split: 'test', transform });
  await assert.rejects(pixels(dataset, 1), /module-transforms\.js exports no function 'shad'/);
});
