import { GELU } from '../../nn/activations.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { truncNormal_, zeros_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { LayerNorm } from '../../nn/normalization.js';
import { AdaptiveAvgPool2d } from '../../nn/pooling.js';
import { Flatten } from '../../nn/shape-layers.js';
import { full } from '../../tensor/creation.js';
import { Parameter } from '../../tensor/parameter.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';
import { LayerNorm2d } from './layers/layer-norm2d.js';
import { Permute } from './layers/permute.js';
import { StochasticDepth } from './layers/stochastic-depth.js';

const eps = 1e-6;

/** Depthwise 7×7, then two linear layers at each pixel, scaled, beside a shortcut. */
class CNBlock extends Module {
  readonly layerScale: Parameter; // [C, 1, 1]
  readonly block: Sequential;
  readonly stochasticDepth: StochasticDepth;

  constructor(channels: number, drop: number) {
    super();
    this.layerScale = new Parameter(full([channels, 1, 1], 1e-6));
    this.block = new Sequential(
      new Conv2d(channels, channels, 7, { padding: 3, groups: channels }),
      new Permute([0, 2, 3, 1]),
      new LayerNorm(channels, { eps }),
      new Linear(channels, 4 * channels),
      new GELU(),
      new Linear(4 * channels, channels),
      new Permute([0, 3, 1, 2]),
    );
    this.stochasticDepth = new StochasticDepth(drop);
  }

  override forward(x: Tensor): Tensor {
    return this.stochasticDepth.forward(this.block.forward(x).mul(this.layerScale)).add(x);
  }
}

/** ConvNeXt (Liu et al., 2022, https://arxiv.org/abs/2201.03545): `[N, C, H, W]` → `[N, K]`. */
export class ConvNeXt extends Module {
  readonly features: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly classifier: Sequential;

  constructor(
    widths: readonly number[],
    depths: readonly number[],
    drop: number,
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    const [first = 0] = widths;
    const last = widths.at(-1) ?? first;
    const total = depths.reduce((sum, n) => sum + n, 0);
    const layers: Module[] = [
      new Sequential(
        new Conv2d(inChannels, first, 4, { stride: 4 }),
        new LayerNorm2d(first, { eps }),
      ),
    ];
    let block = 0;
    widths.forEach((width, i) => {
      layers.push(
        new Sequential(
          ...Array.from(
            { length: depths[i] ?? 0 },
            () => new CNBlock(width, (drop * block++) / (total - 1)),
          ),
        ),
      );
      const next = widths[i + 1];
      if (next !== undefined)
        layers.push(
          new Sequential(
            new LayerNorm2d(width, { eps }),
            new Conv2d(width, next, 2, { stride: 2 }),
          ),
        );
    });
    this.features = new Sequential(...layers);
    this.classifier = new Sequential(
      new LayerNorm2d(last, { eps }),
      new Flatten(1),
      new Linear(last, numClasses),
    );
    for (const module of this.modules()) {
      if (!(module instanceof Conv2d || module instanceof Linear)) continue;
      truncNormal_(module.weight, { std: 0.02 });
      if (module.bias !== null) zeros_(module.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)));
  }
}

/** ConvNeXt-Tiny. */
export const convnext_tiny = classifier(
  'convnext_tiny',
  (shape) => new ConvNeXt([96, 192, 384, 768], [3, 3, 9, 3], 0.1, shape),
);
