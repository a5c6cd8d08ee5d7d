import { ReLU } from '../../nn/activations.js';
import { Sequential } from '../../nn/containers.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';
import { Conv2dNormActivation } from './layers/conv-norm-activation.js';
import { initConvNet } from './layers/init-weights.js';
import { SqueezeExcitation } from './layers/squeeze-excitation.js';

const relu = () => new ReLU({ inplace: true });

/** Blocks and channels of each stage, and channels of a group. */
export interface RegNetShape {
  readonly depths: readonly number[];
  readonly widths: readonly number[];
  readonly groupWidth: number;
}

/** Grouped 3×3 convolution with squeeze-and-excitation between two 1×1 ones, beside a shortcut. */
class ResBottleneckBlock extends Module {
  readonly proj: Conv2dNormActivation | null;
  readonly f: Sequential;
  readonly activation = relu();

  constructor(channels: number, outChannels: number, stride: number, groupWidth: number) {
    super();
    const groups = outChannels / groupWidth;
    this.proj =
      channels === outChannels && stride === 1
        ? null
        : new Conv2dNormActivation(channels, outChannels, {
            kernelSize: 1,
            stride,
            activation: null,
          });
    this.f = new Sequential({
      a: new Conv2dNormActivation(channels, outChannels, { kernelSize: 1, activation: relu }),
      b: new Conv2dNormActivation(outChannels, outChannels, { stride, groups, activation: relu }),
      se: new SqueezeExcitation(outChannels, Math.round(channels / 4)),
      c: new Conv2dNormActivation(outChannels, outChannels, { kernelSize: 1, activation: null }),
    });
  }

  override forward(x: Tensor): Tensor {
    return this.activation.forward((this.proj?.forward(x) ?? x).add(this.f.forward(x)));
  }
}

/** RegNet-Y (Radosavovic et al., 2020, https://arxiv.org/abs/2003.13678): `[N, C, H, W]` → `[N, K]`. */
export class RegNet extends Module {
  readonly stem: Conv2dNormActivation;
  readonly trunkOutput: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d([1, 1]);
  fc: Linear; // replaced by those who fine-tune

  constructor(
    { depths, widths, groupWidth }: RegNetShape,
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    this.stem = new Conv2dNormActivation(inChannels, 32, { stride: 2, activation: relu });
    let channels = 32;
    const trunk: Record<string, Module> = {};
    widths.forEach((width, i) => {
      const stage: Record<string, Module> = {};
      for (let k = 0; k < (depths[i] ?? 0); k++) {
        const stride = k === 0 ? 2 : 1;
        const block = new ResBottleneckBlock(channels, width, stride, Math.min(groupWidth, width));
        stage[`block${i + 1}-${k}`] = block;
        channels = width;
      }
      trunk[`block${i + 1}`] = new Sequential(stage);
    });
    this.trunkOutput = new Sequential(trunk);
    this.fc = new Linear(channels, numClasses);
    initConvNet(this);
  }

  override forward(x: Tensor): Tensor {
    const y = this.trunkOutput.forward(this.stem.forward(x));
    return this.fc.forward(this.avgpool.forward(y).flatten(1));
  }
}

const sizes = { depths: [1, 3, 6, 6], widths: [48, 104, 208, 440], groupWidth: 8 };

/** RegNet-Y of 400 million multiply-adds. */
export const regnet_y_400mf = classifier('regnet_y_400mf', (shape) => new RegNet(sizes, shape));
