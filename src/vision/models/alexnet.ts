import { ReLU } from '../../nn/activations.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d, MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';

const relu = () => new ReLU({ inplace: true });
const pool = () => new MaxPool2d(3, { stride: 2 });

/** AlexNet in one tower (Krizhevsky, 2014, https://arxiv.org/abs/1404.5997): `[N, C, H, W]`, H, W ≥ 63 → `[N, K]`. */
export class AlexNet extends Module {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d([6, 6]);
  readonly classifier: Sequential;

  constructor({ numClasses, inChannels }: ClassifierShape) {
    super();
    this.features = new Sequential(
      new Conv2d(inChannels, 64, 11, { stride: 4, padding: 2 }),
      relu(),
      pool(),
      new Conv2d(64, 192, 5, { padding: 2 }),
      relu(),
      pool(),
      new Conv2d(192, 384, 3, { padding: 1 }),
      relu(),
      new Conv2d(384, 256, 3, { padding: 1 }),
      relu(),
      new Conv2d(256, 256, 3, { padding: 1 }),
      relu(),
      pool(),
    );
    this.classifier = new Sequential(
      new Dropout(0.5),
      new Linear(256 * 6 * 6, 4096),
      relu(),
      new Dropout(0.5),
      new Linear(4096, 4096),
      relu(),
      new Linear(4096, numClasses),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}

/** AlexNet. */
export const alexnet = classifier('alexnet', (shape) => new AlexNet(shape));
