import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { truncNormal_, zeros_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { LayerNorm } from '../../nn/normalization.js';
import { cat } from '../../ops/functions.js';
import { pad } from '../../ops/pad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier } from './classifier-options.js';
import { MLP } from './layers/mlp.js';
import { Permute } from './layers/permute.js';
import { StochasticDepth } from './layers/stochastic-depth.js';
import { ShiftedWindowAttention } from './swin-attention.js';

/** Four neighbours become one place of twice the channels: `[N, H, W, C]` → `[N, ⌈H/2⌉, ⌈W/2⌉, 2C]`. */
class PatchMerging extends Module {
  readonly reduction: Linear;
  readonly norm: LayerNorm;

  constructor(size: number) {
    super();
    this.reduction = new Linear(4 * size, 2 * size, { bias: false });
    this.norm = new LayerNorm(4 * size);
  }

  override forward(x: Tensor): Tensor {
    const [, h = 0, w = 0] = x.shape;
    const even = pad(x, [0, 0, 0, w % 2, 0, h % 2]);
    const part = (row: number, column: number) => even.at(null, [row, null, 2], [column, null, 2]);
    const joined = cat([part(0, 0), part(1, 0), part(0, 1), part(1, 1)], -1);
    return this.reduction.forward(this.norm.forward(joined));
  }
}

/** Window attention, then two linear layers, each beside a shortcut: `[N, H, W, C]` → `[N, H, W, C]`. */
class SwinTransformerBlock extends Module {
  readonly norm1: LayerNorm;
  readonly attn: ShiftedWindowAttention;
  readonly stochasticDepth: StochasticDepth;
  readonly norm2: LayerNorm;
  readonly mlp: MLP;

  constructor(size: number, heads: number, window: number, shift: number, drop: number) {
    super();
    this.norm1 = new LayerNorm(size);
    this.attn = new ShiftedWindowAttention(size, heads, window, shift);
    this.stochasticDepth = new StochasticDepth(drop);
    this.norm2 = new LayerNorm(size);
    this.mlp = new MLP(size, 4 * size);
  }

  override forward(x: Tensor): Tensor {
    const y = x.add(this.stochasticDepth.forward(this.attn.forward(this.norm1.forward(x))));
    return y.add(this.stochasticDepth.forward(this.mlp.forward(this.norm2.forward(y))));
  }
}

/** What a member of the family is made of. */
export interface SwinShape {
  readonly embed: number;
  readonly depths: readonly number[];
  readonly heads: readonly number[];
  readonly window: number;
  readonly drop: number;
}

/** Swin transformer (Liu et al., 2021, https://arxiv.org/abs/2103.14030): `[N, C, H, W]` → `[N, K]`. */
export class SwinTransformer extends Module {
  readonly features: Sequential;
  readonly norm: LayerNorm;
  head: Linear; // replaced by those who fine-tune

  constructor(
    { embed, depths, heads, window, drop }: SwinShape,
    { numClasses, inChannels }: ClassifierShape,
  ) {
    super();
    const layers: Module[] = [
      new Sequential(
        new Conv2d(inChannels, embed, 4, { stride: 4 }),
        new Permute([0, 2, 3, 1]),
        new LayerNorm(embed),
      ),
    ];
    const total = depths.reduce((sum, n) => sum + n, 0);
    let block = 0;
    depths.forEach((depth, stage) => {
      const size = embed * 2 ** stage;
      const blocks = Array.from({ length: depth }, (_, i) => {
        const shift = i % 2 === 0 ? 0 : Math.floor(window / 2);
        const rate = (drop * block++) / (total - 1);
        return new SwinTransformerBlock(size, heads[stage] ?? 1, window, shift, rate);
      });
      layers.push(new Sequential(...blocks));
      if (stage < depths.length - 1) layers.push(new PatchMerging(size));
    });
    const last = embed * 2 ** (depths.length - 1);
    this.features = new Sequential(...layers);
    this.norm = new LayerNorm(last);
    this.head = new Linear(last, numClasses);
    for (const module of this.modules()) {
      if (!(module instanceof Linear)) continue;
      truncNormal_(module.weight, { std: 0.02 });
      if (module.bias !== null) zeros_(module.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.norm.forward(this.features.forward(x)).mean([1, 2]));
  }
}

const sizes = { embed: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24], window: 7, drop: 0.2 };

/** Swin-T. */
export const swin_t = classifier('swin_t', (shape) => new SwinTransformer(sizes, shape));
