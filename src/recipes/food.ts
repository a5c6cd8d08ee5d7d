import { join } from 'node:path';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { ListFile } from '../vision/datasets/list-file.js';
import { CenterCrop } from '../vision/transforms/center-crop.js';
import { Compose } from '../vision/transforms/compose.js';
import { RandomGrayscale } from '../vision/transforms/grayscale.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { RandomHorizontalFlip, RandomVerticalFlip } from '../vision/transforms/random-flip.js';
import { RandomRotation } from '../vision/transforms/random-rotation.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { fileOptions } from './file-options.js';
import { picturesFolder } from './pictures-folder.js';
import type { Recipe } from './recipe.js';
import { bothSplits, chosenTransforms, limited, makeTask } from './task.js';

const toInput = [new ToTensor(), new Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])];

/**
 * The transfer learning tutorial: photos of dishes in two list files, ResNet-18 as ImageNet has taught it, of which a new
 * head alone learns, Adam, and a rate that halves every 5 epochs.
 */
export const food: Recipe = {
  name: 'food',
  aliases: ['food3'],
  title: 'photos of 3 dishes (a part of Food-101), lists train.txt and test.txt',
  model: 'resnet18',
  pretrained: true,
  numClasses: 3,
  inputShape: [3, 224, 224],
  defaults: {
    epochs: 20,
    batchSize: 64,
    optimizer: { name: 'adam', lr: 1e-3 },
    schedule: { name: 'step', stepSize: 5, gamma: 0.5 },
  },
  /** The tutorial's, for inputs of 224 pixels; others in proportion. */
  transforms(imageSize) {
    const larger = Math.round((imageSize * 300) / 224);
    return {
      trainTransform: new Compose([
        new Resize([larger, larger]),
        new RandomRotation(45),
        new CenterCrop(imageSize),
        new RandomHorizontalFlip(),
        new RandomVerticalFlip(),
        new RandomGrayscale(),
        ...toInput,
      ]),
      evalTransform: new Compose([new Resize([imageSize, imageSize]), ...toInput]),
    };
  },
  open: async (request) => {
    const root = await picturesFolder('food', 'food3', request.data);
    const { imageSize = 224 } = request;
    const transforms = chosenTransforms(food.transforms(imageSize), request);
    const open = (split: string, transform: ImageTransform, classes = request.classes) =>
      ListFile.open(join(root, `${split}.txt`), {
        ...fileOptions(request, transform),
        transform,
        ...(classes && { classes }),
      });
    const train = await open('train', transforms.trainTransform);
    const test = await open('test', transforms.evalTransform, train.classes);
    const plainTrain = await open('train', transforms.evalTransform, train.classes);
    const { limit, seed } = request;
    const data = {
      ...bothSplits(train, test, request),
      plainTrain: limited(plainTrain, limit, seed),
    };
    const recipe = { ...food, inputShape: [3, imageSize, imageSize] } as const;
    return makeTask(recipe, data, transforms, request);
  },
};
