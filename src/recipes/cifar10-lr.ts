import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { Pad } from '../vision/transforms/pad.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openCifar10 } from './cifar10.js';
import type { Recipe } from './recipe.js';

/** A black border that is then squeezed into the picture, as the tutorial has it. */
const toInput = [new Pad(4), new Resize([32, 32]), new ToTensor(), new Normalize(0.5, 0.5)];

/**
 * The tutorial on learning rates: two blocks of 5×5 convolutions and Adam. `--lr 0.1 --epochs 10` is where it starts, and
 * `--model blockCnn3` or `blockCnn4` its deeper networks; `examples/06-cifar10-lr.ts` compares them all. The rate never falls, so
 * single epochs go up and down by points: what is measured is an average of the weights.
 */
export const cifar10Lr: Recipe = {
  name: 'cifar10-lr',
  title: 'the same photos, two 5×5 convolutions: what the learning rate does',
  model: 'blockCnn2',
  numClasses: 10,
  inputShape: [3, 32, 32],
  defaults: { epochs: 5, batchSize: 32, optimizer: { name: 'adam', lr: 1e-3 }, ema: true },
  transforms: () => ({
    trainTransform: new Compose(toInput),
    evalTransform: new Compose([new Resize([32, 32]), ...toInput]),
  }),
  open: (request) => openCifar10(cifar10Lr, request, new Compose(toInput)),
};
