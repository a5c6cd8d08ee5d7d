import { optionReader } from '../../core/options.js';
import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierOptions, requireImageSize } from './classifier-options.js';

const readOptions = optionReader<ClassifierOptions>('SneakerCNN', {
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

/** Four unpadded 5×5 convolutions for a folder of photos: `[N, C, S, S]` → logits `[N, K]`; 3×224×224 by itself. */
export class SneakerCNN extends Module {
  readonly conv1: Sequential; // [N, 12, 220, 220]
  readonly conv2 = convBlock(12, 12); // [N, 12, 216, 216]
  readonly pool3 = new Sequential(new MaxPool2d(2)); // [N, 12, 108, 108]
  readonly conv4 = convBlock(12, 24); // [N, 24, 104, 104]
  readonly conv5 = convBlock(24, 24); // [N, 24, 100, 100]
  readonly pool6 = new Sequential(new MaxPool2d(2)); // [N, 24, 50, 50]
  readonly dropout = new Sequential(new Dropout(0.2));
  readonly fc: Sequential;

  constructor(...given: [options?: ClassifierOptions]) {
    super();
    const { numClasses = 2, inChannels = 3, imageSize = 224 } = readOptions(given);
    requireImageSize('SneakerCNN', imageSize, 28);
    const side = Math.floor((Math.floor((imageSize - 8) / 2) - 8) / 2); // 224 → 108 → 50
    this.conv1 = convBlock(inChannels, 12);
    this.fc = new Sequential(new Linear(24 * side ** 2, numClasses));
  }

  override forward(x: Tensor): Tensor {
    let y = this.pool3(this.conv2(this.conv1(x)));
    y = this.pool6(this.conv5(this.conv4(y)));
    return this.fc(this.dropout(y).flatten(1));
  }
}

function convBlock(inChannels: number, outChannels: number): Sequential {
  const conv = new Conv2d(inChannels, outChannels, 5);
  return new Sequential(conv, new BatchNorm2d(outChannels), new ReLU());
}

/** A small network for photos of 224×224, such as two brands of sneakers. */
export function sneakerCnn(...given: [options?: ClassifierOptions]): SneakerCNN {
  return new SneakerCNN(...given);
}
