import { DataLoader } from '../data/dataloader.js';
import { CifarFast } from '../vision/models/cifar-fast.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { RandomCrop } from '../vision/transforms/random-crop.js';
import { AlternatingHorizontalFlip } from '../vision/transforms/random-flip.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openCifar10 } from './cifar10.js';
import type { Recipe } from './recipe.js';

const toInput = [new ToTensor(), new Normalize([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616])];

/** Pictures whose patches the first layer learns to whiten. */
const whitenedBy = 2000;

/**
 * CIFAR-10 in few epochs, as airbench94 does it (Jordan, 2024, https://arxiv.org/abs/2404.00498), and as
 * `examples/09-cifar10-fast.ts` does, which tests with six views of each picture besides. What was measured: docs/results.md.
 */
export const cifar10Fast: Recipe = {
  name: 'cifar10-fast',
  title: 'the same photos in few epochs, as airbench94 learns them',
  model: 'cifarFast',
  numClasses: 10,
  inputShape: [3, 32, 32],
  defaults: {
    epochs: 18,
    batchSize: 1024,
    loader: { dropLast: true },
    loss: { labelSmoothing: 0.2 },
    optimizer: { name: 'sgd', lr: 1.5, momentum: 0.85, nesterov: true, weightDecay: 1.33e-3 },
    // From a fifth of the rate up to it, and down to 7 % of it.
    schedule: {
      name: 'oneCycle',
      annealStrategy: 'linear',
      pctStart: 0.23,
      divFactor: 5,
      finalDivFactor: 20 / 7,
      cycleMomentum: false,
    },
    // Lookahead that hardly holds the weights back at first.
    lookahead: { everySteps: 5, decay: 0.95 ** 5, power: 3 },
    freeze: { parts: ['whiten.bias'], afterEpochs: 3 },
  },
  transforms: () => ({
    trainTransform: new Compose([
      new RandomCrop(32, { padding: 2, paddingMode: 'reflect' }),
      new AlternatingHorizontalFlip(),
      ...toInput,
    ]),
    evalTransform: new Compose([new Resize([32, 32]), ...toInput]),
  }),
  open: async (request) => {
    const task = await openCifar10(cifar10Fast, request, new Compose(toInput));
    const { freeze, ...others } = task.defaults;
    return {
      ...task,
      defaults: task.architecture.name === 'cifarFast' ? { ...others, freeze } : others,
      prepare: async (model) => {
        if (!(model instanceof CifarFast)) return; // another network was chosen
        for await (const [pictures] of new DataLoader(task.train, {
          batchSize: whitenedBy,
          seed: 0,
        })) {
          model.whitenFor(pictures);
          break;
        }
      },
    };
  },
};
