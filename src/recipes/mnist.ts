import { Digits } from '../vision/datasets/digits.js';
import { FashionMNIST, MNIST, type OpenOptions } from '../vision/datasets/mnist.js';
import type { PictureDataset } from '../vision/inspect/picture-dataset.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openPublished } from './published.js';
import type { Recipe, SeededRequest, Task, TaskTransforms } from './recipe.js';
import { bothSplits, chosenTransforms, makeTask, refuseData, requireOwnSize } from './task.js';

/** What all data sets in MNIST's format share. */
const shared = {
  model: 'mnistCnn',
  numClasses: 10,
  inputShape: [1, 28, 28],
} as const satisfies Partial<Recipe>;

/** Pixels 0–1. */
const plain = () => transforms(new ToTensor());

/** Less the mean of the training pixels, divided by their standard deviation: SGD is some two epochs ahead with it. */
const normalized = (mean: number, std: number) => () =>
  transforms(new ToTensor(), new Normalize([mean], [std]));

/** The data sets' own pictures are 28×28 already; other people's pictures are brought to that. */
function transforms(toTensor: ToTensor, ...more: Normalize[]): TaskTransforms {
  return {
    trainTransform: more.length === 0 ? toTensor : new Compose([toTensor, ...more]),
    evalTransform: new Compose([new Resize([28, 28]), toTensor, ...more]),
  };
}

/** Digits in the box: a first run anywhere, in seconds. */
export const digits: Recipe = {
  ...shared,
  transforms: plain,
  name: 'digits',
  title: '5,000 handwritten digits that come with wick (a part of MNIST)',
  defaults: { epochs: 3, batchSize: 32, optimizer: { name: 'adam', lr: 1e-3 } },
  open: async (request) => {
    requireOwnSize(digits, request);
    refuseData(digits, request);
    const chosen = chosenTransforms(plain(), request);
    const [train, test] = await Promise.all([
      Digits.open({ split: 'train', transform: chosen.trainTransform }),
      Digits.open({ split: 'test', transform: request.evalTransform ?? new ToTensor() }),
    ]);
    return makeTask(digits, bothSplits(train, test, request), chosen, request);
  },
};

/** The MNIST tutorial: two convolutions, SGD. */
export const mnist: Recipe = {
  ...shared,
  transforms: normalized(0.1307, 0.3081),
  name: 'mnist',
  title: 'handwritten digits, 60,000 + 10,000 images 28×28',
  defaults: { epochs: 5, batchSize: 32, optimizer: { name: 'sgd', lr: 1e-2 } },
  open: (request) => openIdx(mnist, MNIST, request),
};

/** The same network on pictures of clothes; with plain pixels five epochs end near 84 %, in PyTorch too. */
export const fashionMnist: Recipe = {
  ...shared,
  transforms: normalized(0.286, 0.353),
  name: 'fashion-mnist',
  title: 'pictures of clothes, 60,000 + 10,000 images 28×28',
  defaults: { epochs: 5, batchSize: 32, optimizer: { name: 'sgd', lr: 1e-2 } },
  open: (request) => openIdx(fashionMnist, FashionMNIST, request),
};

async function openIdx(
  recipe: Recipe,
  set: { open(root?: string, options?: OpenOptions): Promise<PictureDataset> },
  request: SeededRequest,
): Promise<Task> {
  requireOwnSize(recipe, request);
  const own = recipe.transforms(shared.inputShape[1]);
  const chosen = chosenTransforms(own, request);
  const opened = await openPublished(set, request, chosen.trainTransform, own.trainTransform);
  return makeTask(recipe, opened, chosen, request);
}
