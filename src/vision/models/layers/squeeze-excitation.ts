import { optionReader } from '../../../core/options.js';
import { ReLU, Sigmoid } from '../../../nn/activations.js';
import { Conv2d } from '../../../nn/conv.js';
import { Module } from '../../../nn/module.js';
import { AdaptiveAvgPool2d } from '../../../nn/pooling.js';
import type { Tensor } from '../../../tensor/tensor.js';

export interface SqueezeExcitationOptions {
  /** Between the two layers. @default new ReLU() */
  readonly activation?: Module;
  /** Makes scales of what the second layer gives. @default new Sigmoid() */
  readonly scaleActivation?: Module;
}

const readOptions = optionReader<SqueezeExcitationOptions>('SqueezeExcitation', {
  activation: true,
  scaleActivation: true,
});

/**
 * Scales each channel of `[N, C, H, W]` by what the means of all channels say, through two 1×1 convolutions with
 * `squeezeChannels` between them (Hu et al., 2017, https://arxiv.org/abs/1709.01507).
 */
export class SqueezeExcitation extends Module {
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;
  readonly activation: Module;
  readonly scaleActivation: Module;

  constructor(
    inputChannels: number,
    squeezeChannels: number,
    ...given: [options?: SqueezeExcitationOptions]
  ) {
    super();
    const { activation = new ReLU(), scaleActivation = new Sigmoid() } = readOptions(given);
    this.fc1 = new Conv2d(inputChannels, squeezeChannels, 1);
    this.fc2 = new Conv2d(squeezeChannels, inputChannels, 1);
    this.activation = activation;
    this.scaleActivation = scaleActivation;
  }

  override forward(x: Tensor): Tensor {
    const squeezed = this.activation.forward(this.fc1.forward(this.avgpool.forward(x)));
    return this.scaleActivation.forward(this.fc2.forward(squeezed)).mul(x);
  }
}
