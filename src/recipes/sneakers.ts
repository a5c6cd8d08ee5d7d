import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openSplits } from './open-splits.js';
import { picturesFolder } from './pictures-folder.js';
import type { Recipe } from './recipe.js';
import { chosenTransforms, makeTask } from './task.js';

/** The sneakers tutorial: photos of two brands, a small network, plain SGD. */
export const sneakers: Recipe = {
  name: 'sneakers',
  aliases: ['shoes'],
  title: 'photos of sneakers of two brands, folders train/ and test/ of your own',
  model: 'sneakerCnn',
  numClasses: 2,
  inputShape: [3, 224, 224],
  defaults: {
    epochs: 40,
    batchSize: 32,
    // Photos of one brand may be ten times as many; then the tutorial's rate never gets past always naming it.
    loss: { classWeights: 'auto' },
    optimizer: { name: 'sgd', lr: 1e-4 },
    schedule: { name: 'step', stepSize: 2, gamma: 0.92 },
  },
  transforms(imageSize) {
    const transform = new Compose([
      new Resize([imageSize, imageSize]),
      new ToTensor(),
      new Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]);
    return { trainTransform: transform, evalTransform: transform };
  },
  open: async (request) => {
    const root = await picturesFolder('sneakers', 'shoes', request.data);
    const { imageSize = 224 } = request;
    const transforms = chosenTransforms(sneakers.transforms(imageSize), request);
    const opened = await openSplits(root, transforms, request);
    const recipe = { ...sneakers, inputShape: [3, imageSize, imageSize] } as const;
    return makeTask(recipe, opened, transforms, request);
  },
};
