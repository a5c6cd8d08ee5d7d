import { optionReader } from '../../core/options.js';
import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierOptions, requireImageSize } from './classifier-options.js';

const readOptions = optionReader<ClassifierOptions>('CifarCNN', {
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

/** Three blocks of convolution, batch norm, ReLU and pooling for small photos: `[N, C, S, S]` → logits `[N, K]`; 3×32×32 by itself. */
export class CifarCNN extends Module {
  readonly conv1: Conv2d;
  readonly bn1 = new BatchNorm2d(32);
  readonly relu1 = new ReLU();
  readonly pool1 = new MaxPool2d(2);
  readonly conv2 = new Conv2d(32, 64, 3, { padding: 1 });
  readonly bn2 = new BatchNorm2d(64);
  readonly relu2 = new ReLU();
  readonly pool2 = new MaxPool2d(2);
  readonly conv3 = new Conv2d(64, 128, 3, { padding: 1 });
  readonly bn3 = new BatchNorm2d(128);
  readonly relu3 = new ReLU();
  readonly pool3 = new MaxPool2d(2);
  readonly fc1: Linear;
  readonly dropout = new Dropout(0.5);
  fc2: Linear; // replaced by those who fine-tune

  constructor(...given: [options?: ClassifierOptions]) {
    super();
    const { numClasses = 10, inChannels = 3, imageSize = 32 } = readOptions(given);
    requireImageSize('CifarCNN', imageSize, 8);
    this.conv1 = new Conv2d(inChannels, 32, 3, { padding: 1 });
    this.fc1 = new Linear(128 * Math.floor(imageSize / 8) ** 2, 512);
    this.fc2 = new Linear(512, numClasses);
  }

  override forward(x: Tensor): Tensor {
    let y = this.pool1(this.relu1(this.bn1(this.conv1(x))));
    y = this.pool2(this.relu2(this.bn2(this.conv2(y))));
    y = this.pool3(this.relu3(this.bn3(this.conv3(y))));
    y = this.relu3(this.fc1(y.flatten(1)));
    return this.fc2(this.dropout(y));
  }
}

/** A small network for CIFAR-10 and its likes, 1,147,914 parameters for 3×32×32 and 10 classes. */
export function cifarCnn(...given: [options?: ClassifierOptions]): CifarCNN {
  return new CifarCNN(...given);
}
