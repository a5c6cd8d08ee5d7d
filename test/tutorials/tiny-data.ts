/** The data that pages speak of, so few that an epoch takes no time: published sets in a cache, folders of photos beside the program. */
import '../../src/ops/index.js';
import { join } from 'node:path';
import { saveTorch } from '../../src/io/save-torch.js';
import { skipInit } from '../../src/nn/init.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { cifarBatch } from '../vision/datasets/cifar-bytes.js';
import { idxBytes } from '../vision/datasets/idx-bytes.js';
import { put } from '../vision/datasets/temporary-folder.js';

/** Where a program in `folder` finds them. */
export function tinyDataEnv(folder: string): Readonly<Record<string, string>> {
  return { WICK_CACHE: join(folder, 'cache'), WICK_MODELS: join(folder, 'weights') };
}

/** Makes them in `folder`. */
export async function makeTinyData(folder: string): Promise<void> {
  const datasets = join(folder, 'cache', 'datasets');
  await makeMnist(join(datasets, 'MNIST', 'raw'));
  await makeCifar(join(datasets, 'cifar-10-batches-bin'));
  await fillFolder(join(folder, 'sneakers', 'train'), { adidas: 3, nike: 1 }, 40);
  await fillFolder(join(folder, 'sneakers', 'test'), { adidas: 1, nike: 1 }, 40);
  await makeFood(join(folder, 'food'));
  for (const name of ['seven', 'shoe', 'dish'])
    await put(folder, `${name}.png`, await colored('red', 40, 0));
  const weights = skipInit(() => resnet18()).stateDict();
  await saveTorch(await put(join(folder, 'weights'), 'resnet18.pth', ''), weights);
}

async function makeMnist(folder: string): Promise<void> {
  const count = 60;
  const images = idxBytes([count, 28, 28], cifarBatch(16, 0).subarray(0, count * 784));
  const labels = idxBytes(
    [count],
    Array.from({ length: count }, (_, i) => i % 10),
  );
  for (const split of ['train', 't10k']) {
    await put(folder, `${split}-images-idx3-ubyte`, images);
    await put(folder, `${split}-labels-idx1-ubyte`, labels);
  }
}

async function makeCifar(folder: string): Promise<void> {
  for (const batch of [1, 2, 3, 4, 5])
    await put(folder, `data_batch_${batch}.bin`, cifarBatch(40, batch));
  await put(folder, 'test_batch.bin', cifarBatch(20, 6));
}

async function makeFood(folder: string): Promise<void> {
  const dishes = ['red', 'green', 'blue'];
  for (const dish of dishes)
    for (const i of [0, 1, 2]) await put(folder, `${dish}${i}.png`, await colored(dish, 40, i));
  const list = (numbers: readonly number[]) =>
    dishes.flatMap((dish, label) => numbers.map((i) => `${dish}${i}.png ${label}\n`)).join('');
  await put(folder, 'train.txt', list([0, 1]));
  await put(folder, 'test.txt', list([2]));
}
