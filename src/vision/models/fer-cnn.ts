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

const readOptions = optionReader<ClassifierOptions>('FerCNN', {
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

/** Four blocks of 3×3 convolutions for grey faces, in VGG's manner: `[N, C, S, S]` → logits `[N, K]`; 1×48×48 by itself. */
export class FerCNN extends Module {
  readonly features: Sequential; // [N, 256, S / 16, S / 16]
  readonly dropout = new Dropout(0.5);
  fc: Linear; // replaced by those who fine-tune

  constructor(...given: [options?: ClassifierOptions]) {
    super();
    const { numClasses = 7, inChannels = 1, imageSize = 48 } = readOptions(given);
    requireImageSize('FerCNN', imageSize, 16);
    const side = Math.floor(imageSize / 16);
    this.features = new Sequential(
      ...conv(inChannels, 32),
      new MaxPool2d(2),
      ...conv(32, 64),
      ...conv(64, 64),
      new MaxPool2d(2),
      ...conv(64, 128),
      ...conv(128, 128),
      new MaxPool2d(2),
      ...conv(128, 256),
      new MaxPool2d(2),
    );
    this.fc = new Linear(256 * side ** 2, numClasses);
  }

  override forward(x: Tensor): Tensor {
    return this.fc(this.dropout(this.features(x).flatten(1)));
  }
}

function conv(inChannels: number, outChannels: number): Module[] {
  return [
    new Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false }),
    new BatchNorm2d(outChannels),
    new ReLU(),
  ];
}

/** A network for FER2013, 589,159 parameters for 1×48×48 and 7 classes. */
export function ferCnn(...given: [options?: ClassifierOptions]): FerCNN {
  return new FerCNN(...given);
}
