import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { kaimingNormal_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { pad } from '../../ops/pad.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  type ClassifierConstructor,
  type ClassifierShape,
  classifier,
} from './classifier-options.js';

/** Two 3×3 convolutions beside a shortcut without parameters: every other pixel, new channels 0. */
class CifarBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  private readonly added: number;

  constructor(channels: number, outChannels: number, stride: number) {
    super();
    this.conv1 = new Conv2d(channels, outChannels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(outChannels);
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(outChannels);
    this.added = (outChannels - channels) / 2;
  }

  override forward(x: Tensor): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x)).relu();
    return this.bn2.forward(this.conv2.forward(y)).add(this.shortcut(x)).relu();
  }

  private shortcut(x: Tensor): Tensor {
    if (this.added === 0) return x;
    const half = x.at(null, null, [null, null, 2], [null, null, 2]);
    return pad(half, [0, 0, 0, 0, this.added, this.added]);
  }
}

/**
 * The small residual networks for CIFAR-10 of He et al., 2015 (https://arxiv.org/abs/1512.03385, section 4.2), under the
 * keys of akamaster's well-known checkpoints: `[N, C, 32, 32]` → `[N, K]`.
 */
export class CifarResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1 = new BatchNorm2d(16);
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  linear: Linear; // replaced by those who fine-tune

  constructor(depth: number, { numClasses, inChannels }: ClassifierShape) {
    super();
    const count = (depth - 2) / 6;
    const layer = (from: number, to: number, stride: number) =>
      new Sequential(
        new CifarBlock(from, to, stride),
        ...Array.from({ length: count - 1 }, () => new CifarBlock(to, to, 1)),
      );
    this.conv1 = new Conv2d(inChannels, 16, 3, { padding: 1, bias: false });
    this.layer1 = layer(16, 16, 1);
    this.layer2 = layer(16, 32, 2);
    this.layer3 = layer(32, 64, 2);
    this.linear = new Linear(64, numClasses);
    for (const module of this.modules())
      if (module instanceof Conv2d || module instanceof Linear) kaimingNormal_(module.weight);
  }

  override forward(x: Tensor): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x)).relu();
    const features = this.layer3.forward(this.layer2.forward(this.layer1.forward(y)));
    return this.linear.forward(features.mean([2, 3]));
  }
}

function cifarResnet(depth: number): ClassifierConstructor<CifarResNet> {
  const ofCifar = { numClasses: 10, inChannels: 3, imageSize: 32 };
  return classifier(`cifar_resnet${depth}`, (shape) => new CifarResNet(depth, shape), ofCifar);
}

/** ResNet-20 for CIFAR-10 (0.27 million parameters). */
export const cifar_resnet20 = cifarResnet(20);
/** ResNet-32 for CIFAR-10. */
export const cifar_resnet32 = cifarResnet(32);
/** ResNet-44 for CIFAR-10. */
export const cifar_resnet44 = cifarResnet(44);
/** ResNet-56 for CIFAR-10 (0.85 million parameters). */
export const cifar_resnet56 = cifarResnet(56);
