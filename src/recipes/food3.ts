import { CenterCrop } from '../vision/transforms/center-crop.js';
import { Compose } from '../vision/transforms/compose.js';
import { RandomGrayscale } from '../vision/transforms/grayscale.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { RandomHorizontalFlip, RandomVerticalFlip } from '../vision/transforms/random-flip.js';
import { RandomRotation } from '../vision/transforms/random-rotation.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openPictureRecipe } from './picture-recipe.js';
import type { Recipe } from './recipe.js';

/** The food tutorial's data and transforms; its ResNet-18 learns from fresh weights here. */
export const food3: Recipe = {
  name: 'food3',
  title: 'photos of 3 dishes (a part of Food-101), lists train.txt and test.txt',
  model: 'resnet18',
  numClasses: 3,
  inputShape: [3, 224, 224],
  defaults: {
    epochs: 20,
    batchSize: 16,
    optimizer: 'adam',
    lr: 1e-3,
    schedule: { kind: 'step', stepSize: 5, gamma: 0.5 },
  },
  open: (request) =>
    openPictureRecipe(food3, 'food3', request, (size) => {
      const toInput = [new ToTensor(), new Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])];
      const larger = Math.round((size * 300) / 224);
      return {
        trainTransform: new Compose([
          new Resize([larger, larger]),
          new RandomRotation(45),
          new CenterCrop(size),
          new RandomHorizontalFlip(),
          new RandomVerticalFlip(),
          new RandomGrayscale(),
          ...toInput,
        ]),
        evalTransform: new Compose([new Resize([size, size]), ...toInput]),
      };
    }),
};
