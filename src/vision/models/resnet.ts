import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { kaimingNormal_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AdaptiveAvgPool2d, MaxPool2d } from '../../nn/pooling.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ClassifierOptions } from './classifier-options.js';

/** Two 3×3 convolutions beside a shortcut: `[N, C, H, W]` → `[N, planes, H / stride, W / stride]`. */
export class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu: ReLU;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | null;

  constructor(inPlanes: number, planes: number, stride: number, downsample: Sequential | null) {
    super();
    this.conv1 = new Conv2d(inPlanes, planes, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(planes);
    this.relu = new ReLU({ inplace: true });
    this.conv2 = new Conv2d(planes, planes, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(planes);
    this.downsample = downsample;
  }

  override forward(x: Tensor): Tensor {
    const shortcut = this.downsample?.forward(x) ?? x;
    const y = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
    return this.relu.forward(this.bn2.forward(this.conv2.forward(y)).add(shortcut));
  }
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

  constructor(
    blocks: readonly [number, number, number, number],
    { numClasses = 1000, inChannels = 3 }: ClassifierOptions = {},
  ) {
    super();
    this.conv1 = new Conv2d(inChannels, 64, 7, { stride: 2, padding: 3, bias: false });
    this.layer1 = makeLayer(64, 64, blocks[0], 1);
    this.layer2 = makeLayer(64, 128, blocks[1], 2);
    this.layer3 = makeLayer(128, 256, blocks[2], 2);
    this.layer4 = makeLayer(256, 512, blocks[3], 2);
    this.fc = new Linear(512, numClasses);
    for (const module of this.modules())
      if (module instanceof Conv2d)
        kaimingNormal_(module.weight, { mode: 'fanOut', nonlinearity: 'relu' });
  }

  override forward(x: Tensor): Tensor {
    let y = this.maxpool.forward(this.relu.forward(this.bn1.forward(this.conv1.forward(x))));
    y = this.layer2.forward(this.layer1.forward(y));
    y = this.layer4.forward(this.layer3.forward(y));
    return this.fc.forward(this.avgpool.forward(y).flatten(1));
  }
}

function makeLayer(inPlanes: number, planes: number, blocks: number, stride: number): Sequential {
  const downsample =
    stride === 1 && inPlanes === planes
      ? null
      : new Sequential(
          new Conv2d(inPlanes, planes, 1, { stride, bias: false }),
          new BatchNorm2d(planes),
        );
  const first = new BasicBlock(inPlanes, planes, stride, downsample);
  const rest = Array.from({ length: blocks - 1 }, () => new BasicBlock(planes, planes, 1, null));
  return new Sequential(first, ...rest);
}

/** ResNet-18, with fresh weights. */
export function resnet18(options?: ClassifierOptions): ResNet {
  return new ResNet([2, 2, 2, 2], options);
}

/** ResNet-34, with fresh weights. */
export function resnet34(options?: ClassifierOptions): ResNet {
  return new ResNet([3, 4, 6, 3], options);
}
