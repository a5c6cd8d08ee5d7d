import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MaxPool2d } from '../../nn/pooling.js';
import { cat } from '../../ops/functions.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  type ClassifierConstructor,
  type ClassifierShape,
  classifier,
} from './classifier-options.js';
import { Conv2dNormActivation } from './layers/conv-norm-activation.js';

const relu = () => new ReLU({ inplace: true });
const pointwise = (from: number, to: number) => new Conv2d(from, to, 1, { bias: false });
const depthwise = (channels: number, stride: number) =>
  new Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false });

/** Channels of two groups taken in turns, so that the next layer mixes them. */
function shuffle(x: Tensor): Tensor {
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  return x
    .reshape([n, 2, c / 2, h, w])
    .transpose(1, 2)
    .reshape(x.shape);
}

/** Half of the channels pass, the others are convolved; at stride 2 both halves are made of all. */
class InvertedResidual extends Module {
  readonly branch1: Sequential;
  readonly branch2: Sequential;

  constructor(
    channels: number,
    outChannels: number,
    private readonly stride: 1 | 2,
  ) {
    super();
    const half = outChannels / 2;
    this.branch1 =
      stride === 1
        ? new Sequential()
        : new Sequential(
            depthwise(channels, stride),
            new BatchNorm2d(channels),
            pointwise(channels, half),
            new BatchNorm2d(half),
            relu(),
          );
    this.branch2 = new Sequential(
      pointwise(stride === 1 ? half : channels, half),
      new BatchNorm2d(half),
      relu(),
      depthwise(half, stride),
      new BatchNorm2d(half),
      pointwise(half, half),
      new BatchNorm2d(half),
      relu(),
    );
  }

  override forward(x: Tensor): Tensor {
    const [passed, taken] = this.stride === 1 ? (x.chunk(2, 1) as [Tensor, Tensor]) : [x, x];
    return shuffle(cat([this.branch1.forward(passed), this.branch2.forward(taken)], 1));
  }
}

/** ShuffleNetV2 (Ma et al., 2018, https://arxiv.org/abs/1807.11164): `[N, C, H, W]` → `[N, K]`. */
export class ShuffleNetV2 extends Module {
  readonly conv1: Sequential;
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  readonly stage2: Sequential;
  readonly stage3: Sequential;
  readonly stage4: Sequential;
  readonly conv5: Sequential;
  fc: Linear; // replaced by those who fine-tune

  constructor(
    [first, second, third, last]: readonly [number, number, number, number],
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    const stage = (from: number, to: number, count: number) =>
      new Sequential(
        new InvertedResidual(from, to, 2),
        ...Array.from({ length: count - 1 }, () => new InvertedResidual(to, to, 1)),
      );
    this.conv1 = new Conv2dNormActivation(inChannels, 24, { stride: 2, activation: relu });
    this.stage2 = stage(24, first, 4);
    this.stage3 = stage(first, second, 8);
    this.stage4 = stage(second, third, 4);
    this.conv5 = new Conv2dNormActivation(third, last, { kernelSize: 1, activation: relu });
    this.fc = new Linear(last, numClasses);
  }

  override forward(x: Tensor): Tensor {
    let y = this.maxpool.forward(this.conv1.forward(x));
    y = this.stage4.forward(this.stage3.forward(this.stage2.forward(y)));
    return this.fc.forward(this.conv5.forward(y).mean([2, 3]));
  }
}

function shufflenet(
  name: string,
  widths: readonly [number, number, number, number],
): ClassifierConstructor<ShuffleNetV2> {
  return classifier(name, (shape) => new ShuffleNetV2(widths, shape));
}

/** ShuffleNetV2 of half width. */
export const shufflenet_v2_x0_5 = shufflenet('shufflenet_v2_x0_5', [48, 96, 192, 1024]);
/** ShuffleNetV2. */
export const shufflenet_v2_x1_0 = shufflenet('shufflenet_v2_x1_0', [116, 232, 464, 1024]);
/** ShuffleNetV2 of 1.5 times the width. */
export const shufflenet_v2_x1_5 = shufflenet('shufflenet_v2_x1_5', [176, 352, 704, 1024]);
/** ShuffleNetV2 of twice the width. */
export const shufflenet_v2_x2_0 = shufflenet('shufflenet_v2_x2_0', [244, 488, 976, 2048]);
