import { optionReader } from '../../core/options.js';
import { Conv2d } from '../../nn/conv.js';
import { relu } from '../../nn/functional.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierOptions, requireImageSize } from './classifier-options.js';

const readOptions = optionReader<ClassifierOptions>('MnistCNN', {
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

/** Two convolutions and two linear layers for digits: `[N, C, S, S]` → logits `[N, K]`; 1×28×28 by itself. */
export class MnistCNN extends Module {
  readonly conv1: Conv2d;
  readonly pool1 = new MaxPool2d(2);
  readonly conv2 = new Conv2d(32, 64, 3);
  readonly pool2 = new MaxPool2d(2);
  readonly fc1: Linear;
  fc2: Linear; // replaced by those who fine-tune

  constructor(...given: [options?: ClassifierOptions]) {
    super();
    const { numClasses = 10, inChannels = 1, imageSize = 28 } = readOptions(given);
    requireImageSize('MnistCNN', imageSize, 10);
    const side = Math.floor((Math.floor((imageSize - 2) / 2) - 2) / 2); // 28 → 13 → 5
    this.conv1 = new Conv2d(inChannels, 32, 3);
    this.fc1 = new Linear(64 * side ** 2, 64);
    this.fc2 = new Linear(64, numClasses);
  }

  override forward(x: Tensor): Tensor {
    let y = this.pool1(relu(this.conv1(x))); // [N, 32, 13, 13]
    y = this.pool2(relu(this.conv2(y))); // [N, 64, 5, 5]
    return this.fc2(relu(this.fc1(y.flatten(1))));
  }
}

/** A small network for MNIST and its likes, 121,930 parameters for 1×28×28 and 10 classes. */
export function mnistCnn(...given: [options?: ClassifierOptions]): MnistCNN {
  return new MnistCNN(...given);
}
