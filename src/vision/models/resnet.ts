import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { kaimingNormal_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d, MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  type ClassifierConstructor,
  type ClassifierShape,
  classifier,
} from './classifier-options.js';

/** What a block is told of its place. */
export interface BlockPlace {
  readonly inPlanes: number;
  readonly planes: number;
  readonly stride: number;
  readonly downsample: Sequential | null;
  readonly groups: number;
  /** Channels of a group in the first stage. */
  readonly baseWidth: number;
}

/** Two 3×3 convolutions beside a shortcut: `[N, C, H, W]` → `[N, planes, H / stride, W / stride]`. */
export class BasicBlock extends Module {
  static readonly expansion = 1;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor({ inPlanes, planes, stride, downsample }: BlockPlace) {
    super();
    this.conv1 = new Conv2d(inPlanes, planes, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(planes);
    this.relu = new ReLU({ inplace: true });
    this.conv2 = new Conv2d(planes, planes, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(planes);
    this.downsample = downsample;
  }

  override forward(x: Tensor): Tensor {
    const shortcut = this.downsample?.(x) ?? x;
    const y = this.relu(this.bn1(this.conv1(x)));
    return this.relu(this.bn2(this.conv2(y)).add(shortcut));
  }
}

/** A 3×3 convolution between two 1×1 ones beside a shortcut: → `[N, 4·planes, H / stride, W / stride]`. */
export class Bottleneck extends Module {
  static readonly expansion = 4;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly relu: ReLU;
  readonly downsample: Sequential | null;

  constructor({ inPlanes, planes, stride, downsample, groups, baseWidth }: BlockPlace) {
    super();
    const width = Math.trunc((planes * baseWidth) / 64) * groups;
    this.conv1 = new Conv2d(inPlanes, width, 1, { bias: false });
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = new Conv2d(width, width, 3, { stride, padding: 1, groups, bias: false });
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = new Conv2d(width, planes * 4, 1, { bias: false });
    this.bn3 = new BatchNorm2d(planes * 4);
    this.relu = new ReLU({ inplace: true });
    this.downsample = downsample;
  }

  override forward(x: Tensor): Tensor {
    const shortcut = this.downsample?.forward(x) ?? x;
    let y = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
    y = this.relu.forward(this.bn2.forward(this.conv2.forward(y)));
    return this.relu.forward(this.bn3.forward(this.conv3.forward(y)).add(shortcut));
  }
}

export type Block = typeof BasicBlock | typeof Bottleneck;

/** What a member of the family is made of. */
export interface ResNetShape {
  readonly block: Block;
  /** Blocks of each stage. */
  readonly layers: readonly [number, number, number, number];
  /** @default 1 */
  readonly groups?: number;
  /** Channels of a group in the first stage. @default 64 */
  readonly widthPerGroup?: number;
}

/**
 * Deep residual network (He et al., 2015, https://arxiv.org/abs/1512.03385) as torchvision builds it:
 * `[N, C, H, W]` → logits `[N, K]`, for pictures of any size.
 */
export class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1 = new BatchNorm2d(64);
  readonly relu = new ReLU({ inplace: true });
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d([1, 1]);
  fc: Linear; // replaced by those who fine-tune

  constructor(shape: ResNetShape, { numClasses, inChannels }: ClassifierShape) {
    super();
    const { expansion } = shape.block;
    this.conv1 = new Conv2d(inChannels, 64, 7, { stride: 2, padding: 3, bias: false });
    this.layer1 = makeLayer(shape, 0, 64, 64, 1);
    this.layer2 = makeLayer(shape, 1, 64 * expansion, 128, 2);
    this.layer3 = makeLayer(shape, 2, 128 * expansion, 256, 2);
    this.layer4 = makeLayer(shape, 3, 256 * expansion, 512, 2);
    this.fc = new Linear(512 * expansion, numClasses);
    for (const module of this.modules())
      if (module instanceof Conv2d)
        kaimingNormal_(module.weight, { mode: 'fanOut', nonlinearity: 'relu' });
  }

  override forward(x: Tensor): Tensor {
    let y = this.maxpool(this.relu(this.bn1(this.conv1(x))));
    y = this.layer2(this.layer1(y));
    y = this.layer4(this.layer3(y));
    return this.fc(this.avgpool(y).flatten(1));
  }
}

function makeLayer(
  { block: Block, layers, groups = 1, widthPerGroup = 64 }: ResNetShape,
  stage: 0 | 1 | 2 | 3,
  inPlanes: number,
  planes: number,
  stride: number,
): Sequential {
  const outPlanes = planes * Block.expansion;
  const downsample =
    stride === 1 && inPlanes === outPlanes
      ? null
      : new Sequential(
          new Conv2d(inPlanes, outPlanes, 1, { stride, bias: false }),
          new BatchNorm2d(outPlanes),
        );
  const common = { planes, groups, baseWidth: widthPerGroup };
  const first = new Block({ ...common, inPlanes, stride, downsample });
  const rest = Array.from(
    { length: layers[stage] - 1 },
    () => new Block({ ...common, inPlanes: outPlanes, stride: 1, downsample: null }),
  );
  return new Sequential(first, ...rest);
}

function resnet(name: string, kind: ResNetShape): ClassifierConstructor<ResNet> {
  return classifier(name, (shape) => new ResNet(kind, shape));
}

/** ResNet-18. */
export const resnet18 = resnet('resnet18', { block: BasicBlock, layers: [2, 2, 2, 2] });
/** ResNet-34. */
export const resnet34 = resnet('resnet34', { block: BasicBlock, layers: [3, 4, 6, 3] });
/** ResNet-50. */
export const resnet50 = resnet('resnet50', { block: Bottleneck, layers: [3, 4, 6, 3] });
/** ResNet-101. */
export const resnet101 = resnet('resnet101', { block: Bottleneck, layers: [3, 4, 23, 3] });
/** ResNet-152. */
export const resnet152 = resnet('resnet152', { block: Bottleneck, layers: [3, 8, 36, 3] });
/** ResNeXt-50 of 32 groups of 4 channels (Xie et al., 2016, https://arxiv.org/abs/1611.05431). */
export const resnext50_32x4d = resnet('resnext50_32x4d', {
  block: Bottleneck,
  layers: [3, 4, 6, 3],
  groups: 32,
  widthPerGroup: 4,
});
/** Wide ResNet-50-2 (Zagoruyko & Komodakis, 2016, https://arxiv.org/abs/1605.07146). */
export const wide_resnet50_2 = resnet('wide_resnet50_2', {
  block: Bottleneck,
  layers: [3, 4, 6, 3],
  widthPerGroup: 128,
});
