import { ReLU } from '../../nn/activations.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { kaimingUniform_, normal_, zeros_ } from '../../nn/init.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d, MaxPool2d } from '../../nn/pooling.js';
import { cat } from '../../ops/functions.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';

const relu = () => new ReLU({ inplace: true });
const pool = () => new MaxPool2d(3, { stride: 2, ceilMode: true });

/** Few channels by 1×1, then many by 1×1 and 3×3 side by side: `[N, C, H, W]` → `[N, 2·expand, H, W]`. */
class Fire extends Module {
  readonly squeeze: Conv2d;
  readonly squeezeActivation = relu();
  readonly expand1x1: Conv2d;
  readonly expand1x1Activation = relu();
  readonly expand3x3: Conv2d;
  readonly expand3x3Activation = relu();

  constructor(inPlanes: number, squeeze: number, expand: number) {
    super();
    this.squeeze = new Conv2d(inPlanes, squeeze, 1);
    this.expand1x1 = new Conv2d(squeeze, expand, 1);
    this.expand3x3 = new Conv2d(squeeze, expand, 3, { padding: 1 });
  }

  override forward(x: Tensor): Tensor {
    const few = this.squeezeActivation.forward(this.squeeze.forward(x));
    return cat(
      [
        this.expand1x1Activation.forward(this.expand1x1.forward(few)),
        this.expand3x3Activation.forward(this.expand3x3.forward(few)),
      ],
      1,
    );
  }
}

/** SqueezeNet (Iandola et al., 2016, https://arxiv.org/abs/1602.07360): `[N, C, H, W]` → `[N, K]`. */
export class SqueezeNet extends Module {
  readonly features: Sequential;
  readonly classifier: Sequential;

  constructor(version: '1_0' | '1_1', { numClasses, inChannels }: ClassifierShape) {
    super();
    const fires = [
      new Fire(version === '1_0' ? 96 : 64, 16, 64),
      new Fire(128, 16, 64),
      new Fire(128, 32, 128),
      new Fire(256, 32, 128),
      new Fire(256, 48, 192),
      new Fire(384, 48, 192),
      new Fire(384, 64, 256),
      new Fire(512, 64, 256),
    ];
    const poolsAfter = version === '1_0' ? [2, 6] : [1, 3];
    const body = fires.flatMap((fire, i) => (poolsAfter.includes(i) ? [fire, pool()] : [fire]));
    const stem =
      version === '1_0'
        ? new Conv2d(inChannels, 96, 7, { stride: 2 })
        : new Conv2d(inChannels, 64, 3, { stride: 2 });
    this.features = new Sequential(stem, relu(), pool(), ...body);
    const last = new Conv2d(512, numClasses, 1);
    this.classifier = new Sequential(new Dropout(0.5), last, relu(), new AdaptiveAvgPool2d([1, 1]));
    for (const module of this.modules()) {
      if (!(module instanceof Conv2d)) continue;
      if (module === last) normal_(module.weight, 0, 0.01);
      else kaimingUniform_(module.weight);
      if (module.bias !== null) zeros_(module.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x)).flatten(1);
  }
}

/** SqueezeNet 1.0. */
export const squeezenet1_0 = classifier('squeezenet1_0', (shape) => new SqueezeNet('1_0', shape));

/** SqueezeNet 1.1: as good with 2.4 times less computation. */
export const squeezenet1_1 = classifier('squeezenet1_1', (shape) => new SqueezeNet('1_1', shape));
