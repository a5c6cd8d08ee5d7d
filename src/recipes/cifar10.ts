import { CIFAR10 } from '../vision/datasets/cifar10.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { ColorJitter } from '../vision/transforms/color-jitter.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { RandomCrop } from '../vision/transforms/random-crop.js';
import { RandomHorizontalFlip } from '../vision/transforms/random-flip.js';
import { RandomRotation } from '../vision/transforms/random-rotation.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openPublished } from './published.js';
import type { Recipe, SeededRequest, Task } from './recipe.js';
import { chosenTransforms, makeTask, requireOwnSize } from './task.js';

/** Means of the data set's channels, and the standard deviations that the tutorials pass on. */
const normalize = new Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]);
const toInput = [new ToTensor(), normalize];

/** The CIFAR-10 tutorial: three convolutions with batch norm, every kind of augmentation, Adam; and what it has not, an average of the weights. */
export const cifar10: Recipe = {
  name: 'cifar10',
  title: 'small photos of 10 things, 50,000 + 10,000 images 32×32',
  model: 'cifarCnn',
  numClasses: 10,
  inputShape: [3, 32, 32],
  defaults: {
    epochs: 20,
    batchSize: 64,
    optimizer: { name: 'adam', lr: 1e-3 },
    schedule: { name: 'plateau', patience: 3, factor: 0.5 },
    ema: true,
  },
  transforms: () => ({
    trainTransform: new Compose([
      new RandomCrop(32, { padding: 4 }),
      new RandomHorizontalFlip(),
      new ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 }),
      new RandomRotation(15),
      ...toInput,
    ]),
    evalTransform: new Compose([new Resize([32, 32]), ...toInput]),
  }),
  // The test images are 32×32 already; without Resize a batch is one look-up.
  open: (request) => openCifar10(cifar10, request, new Compose(toInput)),
};

/** The data set as the task of a recipe, its own test images through `testTransform`. */
export async function openCifar10(
  recipe: Recipe,
  request: SeededRequest,
  testTransform: ImageTransform,
): Promise<Task> {
  requireOwnSize(recipe, request);
  const transforms = chosenTransforms(recipe.transforms(32), request);
  const opened = await openPublished(CIFAR10, request, transforms.trainTransform, testTransform);
  return makeTask(recipe, opened, transforms, request);
}
