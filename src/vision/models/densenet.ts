import { ReLU } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { kaimingNormal_, zeros_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { AvgPool2d, MaxPool2d } from '../../nn/pooling.js';
import { cat } from '../../ops/functions.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';

const relu = () => new ReLU({ inplace: true });

/** `growth` new channels from all channels before: `[N, C, H, W]` → `[N, growth, H, W]`. */
class DenseLayer extends Module {
  readonly norm1: BatchNorm2d;
  readonly relu1 = relu();
  readonly conv1: Conv2d;
  readonly norm2: BatchNorm2d;
  readonly relu2 = relu();
  readonly conv2: Conv2d;

  constructor(channels: number, growth: number) {
    super();
    this.norm1 = new BatchNorm2d(channels);
    this.conv1 = new Conv2d(channels, 4 * growth, 1, { bias: false });
    this.norm2 = new BatchNorm2d(4 * growth);
    this.conv2 = new Conv2d(4 * growth, growth, 3, { padding: 1, bias: false });
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv1.forward(this.relu1.forward(this.norm1.forward(x)));
    return this.conv2.forward(this.relu2.forward(this.norm2.forward(y)));
  }
}

/** Layers whose outputs are all kept: `[N, C, H, W]` → `[N, C + layers·growth, H, W]`. */
class DenseBlock extends Module {
  private readonly layers: readonly DenseLayer[];

  constructor(count: number, channels: number, growth: number) {
    super();
    this.layers = Object.freeze(
      Array.from({ length: count }, (_, i) => new DenseLayer(channels + i * growth, growth)),
    );
  }

  override members(): readonly (readonly [string, Module])[] {
    return this.layers.map((layer, i) => [`denselayer${i + 1}`, layer]);
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((all, layer) => cat([all, layer.forward(all)], 1), x);
  }
}

/** Densely connected network (Huang et al., 2016, https://arxiv.org/abs/1608.06993): `[N, C, H, W]` → `[N, K]`. */
export class DenseNet extends Module {
  readonly features: Sequential;
  classifier: Linear; // replaced by those who fine-tune

  constructor(
    growth: number,
    blocks: readonly number[],
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    let channels = 2 * growth;
    const features: Record<string, Module> = {
      conv0: new Conv2d(inChannels, channels, 7, { stride: 2, padding: 3, bias: false }),
      norm0: new BatchNorm2d(channels),
      relu0: relu(),
      pool0: new MaxPool2d(3, { stride: 2, padding: 1 }),
    };
    blocks.forEach((count, i) => {
      features[`denseblock${i + 1}`] = new DenseBlock(count, channels, growth);
      channels += count * growth;
      if (i === blocks.length - 1) return;
      features[`transition${i + 1}`] = new Sequential({
        norm: new BatchNorm2d(channels),
        relu: relu(),
        conv: new Conv2d(channels, channels / 2, 1, { bias: false }),
        pool: new AvgPool2d(2),
      });
      channels /= 2;
    });
    features.norm5 = new BatchNorm2d(channels);
    this.features = new Sequential(features);
    this.classifier = new Linear(channels, numClasses);
    for (const module of this.modules())
      if (module instanceof Conv2d) kaimingNormal_(module.weight);
    if (this.classifier.bias !== null) zeros_(this.classifier.bias);
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x).relu().mean([2, 3]));
  }
}

/** DenseNet-121. */
export const densenet121 = classifier(
  'densenet121',
  (shape) => new DenseNet(32, [6, 12, 24, 16], shape),
);
