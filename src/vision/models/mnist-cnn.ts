import { Conv2d } from '../../nn/conv.js';
import { relu } from '../../nn/functional.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ClassifierOptions } from './classifier-options.js';

/** Two convolutions and two linear layers for digits: `[N, 1, 28, 28]` → logits `[N, K]`. */
export class MnistCNN extends Module {
  readonly conv1 = new Conv2d(1, 32, 3);
  readonly pool1 = new MaxPool2d(2);
  readonly conv2 = new Conv2d(32, 64, 3);
  readonly pool2 = new MaxPool2d(2);
  readonly fc1 = new Linear(1600, 64);
  readonly fc2: Linear;

  constructor({ numClasses = 10 }: ClassifierOptions = {}) {
    super();
    this.fc2 = new Linear(64, numClasses);
  }

  override forward(x: Tensor): Tensor {
    let y = this.pool1.forward(relu(this.conv1.forward(x))); // [N, 32, 13, 13]
    y = this.pool2.forward(relu(this.conv2.forward(y))); // [N, 64, 5, 5]
    return this.fc2.forward(relu(this.fc1.forward(y.flatten(1))));
  }
}

/** A small network for MNIST and its likes, 121,930 parameters. */
export function mnistCnn(options?: ClassifierOptions): MnistCNN {
  return new MnistCNN(options);
}
