import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { skipInit } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d, MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  type ClassifierConstructor,
  type ClassifierShape,
  classifier,
} from './classifier-options.js';
import { initConvNet } from './layers/init-weights.js';

/** Convolutions in each of the five stages, by the number of layers in the name. */
const depths = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const;
const widths = [64, 128, 256, 512, 512] as const;

/** Very deep networks of 3×3 convolutions (Simonyan & Zisserman, 2014, https://arxiv.org/abs/1409.1556). */
export class VGG extends Module {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d([7, 7]);
  readonly classifier: Sequential;

  constructor(
    depth: keyof typeof depths,
    batchNorm: boolean,
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    // Layers draw nothing themselves: initConvNet draws all of it, 140 million numbers.
    this.features = skipInit(() => convolutions(depth, batchNorm, inChannels));
    this.classifier = skipInit(() => linears(numClasses));
    initConvNet(this);
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}

function convolutions(
  depth: keyof typeof depths,
  batchNorm: boolean,
  inChannels: number,
): Sequential {
  const layers: Module[] = [];
  let channels = inChannels;
  depths[depth].forEach((count, stage) => {
    const width = widths[stage] ?? 512;
    for (let i = 0; i < count; i++) {
      layers.push(new Conv2d(channels, width, 3, { padding: 1 }));
      if (batchNorm) layers.push(new BatchNorm2d(width));
      layers.push(new ReLU({ inplace: true }));
      channels = width;
    }
    layers.push(new MaxPool2d(2));
  });
  return new Sequential(...layers);
}

function linears(numClasses: number): Sequential {
  return new Sequential(
    new Linear(512 * 7 * 7, 4096),
    new ReLU({ inplace: true }),
    new Dropout(0.5),
    new Linear(4096, 4096),
    new ReLU({ inplace: true }),
    new Dropout(0.5),
    new Linear(4096, numClasses),
  );
}

function vgg(
  name: string,
  depth: keyof typeof depths,
  batchNorm = false,
): ClassifierConstructor<VGG> {
  return classifier(name, (shape) => new VGG(depth, batchNorm, shape));
}

/** VGG of 11 layers. */
export const vgg11 = vgg('vgg11', 11);
/** VGG of 11 layers with batch norm. */
export const vgg11_bn = vgg('vgg11_bn', 11, true);
/** VGG of 13 layers. */
export const vgg13 = vgg('vgg13', 13);
/** VGG of 13 layers with batch norm. */
export const vgg13_bn = vgg('vgg13_bn', 13, true);
/** VGG of 16 layers. */
export const vgg16 = vgg('vgg16', 16);
/** VGG of 16 layers with batch norm. */
export const vgg16_bn = vgg('vgg16_bn', 16, true);
/** VGG of 19 layers. */
export const vgg19 = vgg('vgg19', 19);
/** VGG of 19 layers with batch norm. */
export const vgg19_bn = vgg('vgg19_bn', 19, true);
