import { Digits } from '../vision/datasets/digits.js';
import { FashionMNIST, MNIST, type OpenOptions } from '../vision/datasets/mnist.js';
import { Compose } from '../vision/transforms/compose.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import type { OpenRequest, Recipe, TaskData } from './recipe.js';

/** The network and the transform that all data sets in MNIST's format share. */
const shared = {
  architecture: { name: 'mnistCnn', options: { numClasses: 10 } },
  inputShape: [1, 28, 28],
  // The data sets' own pictures are 28×28 already; other people's pictures are brought to that.
  evalTransform: new Compose([new Resize([28, 28]), new ToTensor()]),
} as const satisfies Partial<Recipe>;

/** Digits in the box: a first run anywhere, in seconds. */
export const digits: Recipe = {
  ...shared,
  name: 'digits',
  title: '5,000 handwritten digits that come with wick (a part of MNIST)',
  defaults: { epochs: 3, batchSize: 32, optimizer: 'adam', lr: 1e-3 },
  open: async () => {
    const [train, test] = await Promise.all([
      Digits.open({ split: 'train' }),
      Digits.open({ split: 'test' }),
    ]);
    return { train, test, classes: train.classes };
  },
};

/** The MNIST tutorial: two convolutions, SGD. */
export const mnist: Recipe = {
  ...shared,
  name: 'mnist',
  title: 'handwritten digits, 60,000 + 10,000 images 28×28',
  defaults: { epochs: 5, batchSize: 32, optimizer: 'sgd', lr: 1e-2 },
  open: (request) => openBoth(MNIST, request),
};

/** The same network on pictures of clothes. */
export const fashionMnist: Recipe = {
  ...shared,
  name: 'fashion-mnist',
  title: 'pictures of clothes, 60,000 + 10,000 images 28×28',
  defaults: { epochs: 5, batchSize: 32, optimizer: 'sgd', lr: 1e-2 },
  open: (request) => openBoth(FashionMNIST, request),
};

/** Training and test set, one after the other: a download shows one bar at a time. */
async function openBoth(
  set: {
    open(
      root?: string,
      options?: OpenOptions,
    ): Promise<TaskData['train'] & { readonly classes: readonly string[] }>;
  },
  { data, onProgress }: OpenRequest,
): Promise<TaskData> {
  const options = onProgress === undefined ? {} : { onProgress };
  const train = await set.open(data, { ...options, split: 'train' });
  const test = await set.open(data, { ...options, split: 'test' });
  return { train, test, classes: train.classes };
}
