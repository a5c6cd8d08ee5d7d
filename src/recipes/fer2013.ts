import { FER2013 } from '../vision/datasets/fer2013.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { RandomCrop } from '../vision/transforms/random-crop.js';
import { RandomHorizontalFlip } from '../vision/transforms/random-flip.js';
import { RandomRotation } from '../vision/transforms/random-rotation.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { cacheOptions } from './file-options.js';
import type { Recipe } from './recipe.js';
import { bothSplits, chosenTransforms, makeTask, requireOwnSize } from './task.js';

const toInput = [new ToTensor(), new Normalize(0.5, 0.5)];

/** Faces and what they express: seven convolutions in VGG's manner on grey pictures of 48×48, and a rate that rises and falls once. */
export const fer2013: Recipe = {
  name: 'fer2013',
  title: 'faces with 7 expressions, 28,709 + 7,178 grey images 48×48 (from Kaggle)',
  model: 'ferCnn',
  numClasses: 7,
  inputShape: [1, 48, 48],
  defaults: {
    epochs: 28,
    batchSize: 64,
    loss: { labelSmoothing: 0.1 },
    optimizer: { name: 'adam', lr: 2e-3 },
    schedule: { name: 'oneCycle', cycleMomentum: false },
  },
  transforms: () => ({
    trainTransform: new Compose([
      new RandomCrop(48, { padding: 4 }),
      new RandomHorizontalFlip(),
      new RandomRotation(10, { interpolation: 'bilinear' }),
      ...toInput,
    ]),
    evalTransform: new Compose([new Resize([48, 48]), ...toInput]),
  }),
  open: async (request) => {
    requireOwnSize(fer2013, request);
    const transforms = chosenTransforms(fer2013.transforms(48), request);
    // 36,000 small files take 83 MB decoded, and a large part of every epoch undecoded.
    const options = cacheOptions({ cache: 'ram', ...request });
    const train = await FER2013.open(request.data, {
      ...options,
      split: 'train',
      transform: transforms.trainTransform,
    });
    const test = await FER2013.open(request.data, {
      ...options,
      split: 'test',
      transform: request.evalTransform ?? new Compose(toInput),
    });
    return makeTask(fer2013, bothSplits(train, test, request), transforms, request);
  },
};
