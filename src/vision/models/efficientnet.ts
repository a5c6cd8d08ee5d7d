import { SiLU } from '../../nn/activations.js';
import { Sequential } from '../../nn/containers.js';
import { Dropout } from '../../nn/dropout.js';
import { uniform_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  type ClassifierConstructor,
  type ClassifierShape,
  classifier,
} from './classifier-options.js';
import { Conv2dNormActivation } from './layers/conv-norm-activation.js';
import { initConvNet } from './layers/init-weights.js';
import { makeDivisible } from './layers/make-divisible.js';
import { SqueezeExcitation } from './layers/squeeze-excitation.js';
import { StochasticDepth } from './layers/stochastic-depth.js';

const activation = () => new SiLU();

/** Expansion, kernel, stride, channels in and out, and blocks of each stage of B0. */
const stages = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
] as const;

interface BlockShape {
  readonly channels: number;
  readonly outChannels: number;
  readonly expand: number;
  readonly kernelSize: number;
  readonly stride: number;
}

/** Wider by 1×1, depthwise, squeeze-and-excitation, narrower by 1×1, beside a shortcut where shapes allow it. */
class MBConv extends Module {
  readonly block: Sequential;
  readonly stochasticDepth: StochasticDepth;
  private readonly adds: boolean;

  constructor({ channels, outChannels, expand, kernelSize, stride }: BlockShape, drop: number) {
    super();
    const expanded = makeDivisible(channels * expand);
    const layers: Module[] = [];
    if (expanded !== channels)
      layers.push(new Conv2dNormActivation(channels, expanded, { kernelSize: 1, activation }));
    const depthwise = { kernelSize, stride, groups: expanded, activation };
    layers.push(
      new Conv2dNormActivation(expanded, expanded, depthwise),
      new SqueezeExcitation(expanded, Math.max(1, Math.trunc(channels / 4)), {
        activation: new SiLU(),
      }),
      new Conv2dNormActivation(expanded, outChannels, { kernelSize: 1, activation: null }),
    );
    this.block = new Sequential(...layers);
    this.stochasticDepth = new StochasticDepth(drop);
    this.adds = stride === 1 && channels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    const y = this.block.forward(x);
    return this.adds ? this.stochasticDepth.forward(y).add(x) : y;
  }
}

/** How a member of the family differs from B0. */
export interface EfficientNetScale {
  readonly width: number;
  readonly depth: number;
  readonly dropout: number;
}

/** EfficientNet (Tan & Le, 2019, https://arxiv.org/abs/1905.11946): `[N, C, H, W]` → `[N, K]`. */
export class EfficientNet extends Module {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly classifier: Sequential;

  constructor(
    { width, depth, dropout }: EfficientNetScale,
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    const scaled = (channels: number) => makeDivisible(channels * width);
    const counts = stages.map((stage) => Math.ceil(stage[5] * depth));
    const total = counts.reduce((sum, n) => sum + n, 0);
    const layers: Module[] = [
      new Conv2dNormActivation(inChannels, scaled(32), { stride: 2, activation }),
    ];
    let block = 0;
    stages.forEach(([expand, kernelSize, stride, channelsIn, channelsOut], i) => {
      const outChannels = scaled(channelsOut);
      const shape = { outChannels, expand, kernelSize };
      layers.push(
        new Sequential(
          ...Array.from({ length: counts[i] ?? 0 }, (_, k) => {
            const place =
              k === 0
                ? { channels: scaled(channelsIn), stride }
                : { channels: outChannels, stride: 1 };
            return new MBConv({ ...shape, ...place }, (0.2 * block++) / total);
          }),
        ),
      );
    });
    const last = scaled(320);
    layers.push(new Conv2dNormActivation(last, 4 * last, { kernelSize: 1, activation }));
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(new Dropout(dropout), new Linear(4 * last, numClasses));
    const bound = 1 / Math.sqrt(numClasses);
    initConvNet(this, (weight) => uniform_(weight, -bound, bound));
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}

function efficientnet(name: string, scale: EfficientNetScale): ClassifierConstructor<EfficientNet> {
  return classifier(name, (shape) => new EfficientNet(scale, shape));
}

/** EfficientNet-B0. */
export const efficientnet_b0 = efficientnet('efficientnet_b0', {
  width: 1,
  depth: 1,
  dropout: 0.2,
});
/** EfficientNet-B1. */
export const efficientnet_b1 = efficientnet('efficientnet_b1', {
  width: 1,
  depth: 1.1,
  dropout: 0.2,
});
/** EfficientNet-B2. */
export const efficientnet_b2 = efficientnet('efficientnet_b2', {
  width: 1.1,
  depth: 1.2,
  dropout: 0.3,
});
/** EfficientNet-B3. */
export const efficientnet_b3 = efficientnet('efficientnet_b3', {
  width: 1.2,
  depth: 1.4,
  dropout: 0.3,
});
/** EfficientNet-B4. */
export const efficientnet_b4 = efficientnet('efficientnet_b4', {
  width: 1.4,
  depth: 1.8,
  dropout: 0.4,
});
