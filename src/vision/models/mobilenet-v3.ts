import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Dropout } from '../../nn/dropout.js';
import { Hardsigmoid, Hardswish } from '../../nn/gates.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';
import { Conv2dNormActivation } from './layers/conv-norm-activation.js';
import { initConvNet } from './layers/init-weights.js';
import { makeDivisible } from './layers/make-divisible.js';
import { SqueezeExcitation } from './layers/squeeze-excitation.js';

const norm = (channels: number) => new BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 });
const hardswish = () => new Hardswish({ inplace: true });
const relu = () => new ReLU({ inplace: true });

/** Kernel, expanded channels, channels, squeeze-and-excitation, activation, stride. */
export type MobileNetV3Row = readonly [
  number,
  number,
  number,
  boolean,
  'relu' | 'hardswish',
  1 | 2,
];

/** Table 1 of the paper. */
const large: readonly MobileNetV3Row[] = [
  [3, 16, 16, false, 'relu', 1],
  [3, 64, 24, false, 'relu', 2],
  [3, 72, 24, false, 'relu', 1],
  [5, 72, 40, true, 'relu', 2],
  [5, 120, 40, true, 'relu', 1],
  [5, 120, 40, true, 'relu', 1],
  [3, 240, 80, false, 'hardswish', 2],
  [3, 200, 80, false, 'hardswish', 1],
  [3, 184, 80, false, 'hardswish', 1],
  [3, 184, 80, false, 'hardswish', 1],
  [3, 480, 112, true, 'hardswish', 1],
  [3, 672, 112, true, 'hardswish', 1],
  [5, 672, 160, true, 'hardswish', 2],
  [5, 960, 160, true, 'hardswish', 1],
  [5, 960, 160, true, 'hardswish', 1],
];

/** Table 2 of the paper. */
const small: readonly MobileNetV3Row[] = [
  [3, 16, 16, true, 'relu', 2],
  [3, 72, 24, false, 'relu', 2],
  [3, 88, 24, false, 'relu', 1],
  [5, 96, 40, true, 'hardswish', 2],
  [5, 240, 40, true, 'hardswish', 1],
  [5, 240, 40, true, 'hardswish', 1],
  [5, 120, 48, true, 'hardswish', 1],
  [5, 144, 48, true, 'hardswish', 1],
  [5, 288, 96, true, 'hardswish', 2],
  [5, 576, 96, true, 'hardswish', 1],
  [5, 576, 96, true, 'hardswish', 1],
];

/** Wider by 1×1, depthwise, squeeze-and-excitation, narrower by 1×1, beside a shortcut where shapes allow it. */
class InvertedResidual extends Module {
  readonly block: Sequential;
  private readonly adds: boolean;

  constructor(
    channels: number,
    [kernelSize, expanded, outChannels, squeezes, gate, stride]: MobileNetV3Row,
  ) {
    super();
    const activation = gate === 'relu' ? relu : hardswish;
    const layers: Module[] = [];
    if (expanded !== channels)
      layers.push(
        new Conv2dNormActivation(channels, expanded, { kernelSize: 1, norm, activation }),
      );
    const depthwise = { kernelSize, stride, groups: expanded, norm, activation };
    layers.push(new Conv2dNormActivation(expanded, expanded, depthwise));
    if (squeezes) {
      const squeezed = makeDivisible(Math.trunc(expanded / 4));
      layers.push(
        new SqueezeExcitation(expanded, squeezed, { scaleActivation: new Hardsigmoid() }),
      );
    }
    const project = { kernelSize: 1, norm, activation: null };
    layers.push(new Conv2dNormActivation(expanded, outChannels, project));
    this.block = new Sequential(...layers);
    this.adds = stride === 1 && channels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    const y = this.block.forward(x);
    return this.adds ? y.add(x) : y;
  }
}

/** MobileNetV3 (Howard et al., 2019, https://arxiv.org/abs/1905.02244): `[N, C, H, W]` → `[N, K]`. */
export class MobileNetV3 extends Module {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly classifier: Sequential;

  constructor(
    rows: readonly MobileNetV3Row[],
    lastChannels: number,
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    const layers: Module[] = [
      new Conv2dNormActivation(inChannels, 16, { stride: 2, norm, activation: hardswish }),
    ];
    let channels = 16;
    for (const row of rows) {
      layers.push(new InvertedResidual(channels, row));
      channels = row[2];
    }
    const last = { kernelSize: 1, norm, activation: hardswish };
    layers.push(new Conv2dNormActivation(channels, 6 * channels, last));
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(
      new Linear(6 * channels, lastChannels),
      new Hardswish({ inplace: true }),
      new Dropout(0.2),
      new Linear(lastChannels, numClasses),
    );
    initConvNet(this);
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}

/** MobileNetV3-Large. */
export const mobilenet_v3_large = classifier(
  'mobilenet_v3_large',
  (shape) => new MobileNetV3(large, 1280, shape),
);

/** MobileNetV3-Small. */
export const mobilenet_v3_small = classifier(
  'mobilenet_v3_small',
  (shape) => new MobileNetV3(small, 1024, shape),
);
