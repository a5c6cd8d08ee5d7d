import { ReLU, Sigmoid } from '../../../nn/activations.js';
import { Conv2d } from '../../../nn/conv.js';
import { Module } from '../../../nn/module.js';
import { AdaptiveAvgPool2d } from '../../../nn/pooling.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** Scales each channel by what all channels' means say (Hu et al., 2017, https://arxiv.org/abs/1709.01507). */
export class SqueezeExcitation extends Module {
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;

  constructor(
    inputChannels: number,
    squeezeChannels: number,
    readonly activation: Module = new ReLU(),
    readonly scaleActivation: Module = new Sigmoid(),
  ) {
    super();
    this.fc1 = new Conv2d(inputChannels, squeezeChannels, 1);
    this.fc2 = new Conv2d(squeezeChannels, inputChannels, 1);
  }

  override forward(x: Tensor): Tensor {
    const squeezed = this.activation.forward(this.fc1.forward(this.avgpool.forward(x)));
    return this.scaleActivation.forward(this.fc2.forward(squeezed)).mul(x);
  }
}
