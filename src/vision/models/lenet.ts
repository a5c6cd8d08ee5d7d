import { Conv2d } from '../../nn/conv.js';
import { maxPool2d } from '../../nn/functional.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';

/** LeNet-5 (LeCun et al., 1998) as PyTorch's first tutorial writes it: `[N, C, 32, 32]` → `[N, K]`. */
export class LeNet extends Module {
  readonly conv1: Conv2d;
  readonly conv2 = new Conv2d(6, 16, 5);
  readonly fc1 = new Linear(16 * 5 * 5, 120);
  readonly fc2 = new Linear(120, 84);
  fc3: Linear; // replaced by those who fine-tune

  constructor({ numClasses, inChannels }: ClassifierShape) {
    super();
    this.conv1 = new Conv2d(inChannels, 6, 5);
    this.fc3 = new Linear(84, numClasses);
  }

  override forward(x: Tensor): Tensor {
    let y = maxPool2d(this.conv1.forward(x).relu(), 2);
    y = maxPool2d(this.conv2.forward(y).relu(), 2).flatten(1);
    return this.fc3.forward(this.fc2.forward(this.fc1.forward(y).relu()).relu());
  }
}

/** LeNet-5. */
export const lenet = classifier('lenet', (shape) => new LeNet(shape), {
  numClasses: 10,
  inChannels: 1,
  imageSize: 32,
});
