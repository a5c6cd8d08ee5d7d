import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { ReLU6 } from '../../nn/gates.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';
import { Conv2dNormActivation } from './layers/conv-norm-activation.js';
import { initConvNet } from './layers/init-weights.js';

const activation = () => new ReLU6({ inplace: true });

/** Wider by 1×1, depthwise 3×3, narrower by 1×1, beside a shortcut where shapes allow it. */
class InvertedResidual extends Module {
  readonly conv: Sequential;
  private readonly adds: boolean;

  constructor(channels: number, outChannels: number, stride: number, expand: number) {
    super();
    const hidden = channels * expand;
    this.adds = stride === 1 && channels === outChannels;
    this.conv = new Sequential(
      ...(expand === 1
        ? []
        : [new Conv2dNormActivation(channels, hidden, { kernelSize: 1, activation })]),
      new Conv2dNormActivation(hidden, hidden, { stride, groups: hidden, activation }),
      new Conv2d(hidden, outChannels, 1, { bias: false }),
      new BatchNorm2d(outChannels),
    );
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv.forward(x);
    return this.adds ? x.add(y) : y;
  }
}

/** Expansion, channels, blocks and stride of each stage. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 (Sandler et al., 2018, https://arxiv.org/abs/1801.04381): `[N, C, H, W]` → `[N, K]`. */
export class MobileNetV2 extends Module {
  readonly features: Sequential;
  readonly classifier: Sequential;

  constructor({ numClasses, inChannels }: ClassifierShape) {
    super();
    const layers: Module[] = [new Conv2dNormActivation(inChannels, 32, { stride: 2, activation })];
    let channels = 32;
    for (const [expand, width, count, stride] of stages)
      for (let i = 0; i < count; i++) {
        layers.push(new InvertedResidual(channels, width, i === 0 ? stride : 1, expand));
        channels = width;
      }
    layers.push(new Conv2dNormActivation(channels, 1280, { kernelSize: 1, activation }));
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(new Dropout(0.2), new Linear(1280, numClasses));
    initConvNet(this);
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x).mean([2, 3]));
  }
}

/** MobileNetV2. */
export const mobilenet_v2 = classifier('mobilenet_v2', (shape) => new MobileNetV2(shape));
