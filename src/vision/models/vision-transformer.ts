import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { Dropout } from '../../nn/dropout.js';
import { normal_, truncNormal_, xavierUniform_, zeros_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { MultiheadAttention } from '../../nn/multihead-attention.js';
import { LayerNorm } from '../../nn/normalization.js';
import { cat } from '../../ops/functions.js';
import { zeros } from '../../tensor/creation.js';
import { Parameter } from '../../tensor/parameter.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierShape, classifier, requireImageSize } from './classifier-options.js';
import { MLP } from './layers/mlp.js';

const eps = 1e-6;

/** Attention, then two linear layers, each beside a shortcut: `[N, L, E]` → `[N, L, E]`. */
class EncoderBlock extends Module {
  readonly ln_1: LayerNorm;
  readonly selfAttention: MultiheadAttention;
  readonly dropout = new Dropout(0);
  readonly ln_2: LayerNorm;
  readonly mlp: MLP;

  constructor(size: number, heads: number, hidden: number) {
    super();
    this.ln_1 = new LayerNorm(size, { eps });
    this.selfAttention = new MultiheadAttention(size, heads, { batchFirst: true });
    this.ln_2 = new LayerNorm(size, { eps });
    this.mlp = new MLP(size, hidden);
    for (const module of this.mlp.modules()) {
      if (!(module instanceof Linear)) continue;
      xavierUniform_(module.weight);
      if (module.bias !== null) normal_(module.bias, 0, 1e-6);
    }
  }

  override forward(x: Tensor): Tensor {
    const y = this.dropout.forward(this.selfAttention.forward(this.ln_1.forward(x))).add(x);
    return y.add(this.mlp.forward(this.ln_2.forward(y)));
  }
}

/** Position embeddings and the blocks: `[N, L, E]` → `[N, L, E]`. */
export class Encoder extends Module {
  readonly posEmbedding: Parameter; // [1, L, E]
  readonly dropout = new Dropout(0);
  readonly layers: Sequential;
  readonly ln: LayerNorm;

  constructor(length: number, count: number, size: number, heads: number, hidden: number) {
    super();
    this.posEmbedding = normal_(new Parameter(zeros([1, length, size])), 0, 0.02);
    this.layers = new Sequential(
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `encoder_layer_${i}`,
          new EncoderBlock(size, heads, hidden),
        ]),
      ),
    );
    this.ln = new LayerNorm(size, { eps });
  }

  override forward(x: Tensor): Tensor {
    return this.ln.forward(this.layers.forward(this.dropout.forward(x.add(this.posEmbedding))));
  }
}

/** Vision transformer (Dosovitskiy et al., 2020, https://arxiv.org/abs/2010.11929): `[N, C, S, S]` → `[N, K]`. */
export class VisionTransformer extends Module {
  readonly convProj: Conv2d;
  readonly classToken: Parameter; // [1, 1, E]
  readonly encoder: Encoder;
  readonly heads: Sequential;

  constructor(
    readonly patchSize: number,
    count: number,
    heads: number,
    size: number,
    hidden: number,
    readonly options: ClassifierShape,
  ) {
    super();
    const { numClasses, inChannels, imageSize } = options;
    this.convProj = new Conv2d(inChannels, size, patchSize, { stride: patchSize });
    truncNormal_(this.convProj.weight, { std: Math.sqrt(1 / (inChannels * patchSize ** 2)) });
    if (this.convProj.bias !== null) zeros_(this.convProj.bias);
    this.classToken = new Parameter(zeros([1, 1, size]));
    this.encoder = new Encoder((imageSize / patchSize) ** 2 + 1, count, size, heads, hidden);
    const head = new Linear(size, numClasses);
    zeros_(head.weight);
    if (head.bias !== null) zeros_(head.bias);
    this.heads = new Sequential({ head });
  }

  override forward(x: Tensor): Tensor {
    const { imageSize } = this.options;
    if (x.shape[2] !== imageSize || x.shape[3] !== imageSize)
      throw new ShapeError(
        'VisionTransformer',
        `input ${formatShape(x.shape)} must be ${imageSize}×${imageSize}, as imageSize says; resize the pictures`,
      );
    const n = x.size(0);
    const patches = this.convProj.forward(x).flatten(2).transpose(1, 2);
    const tokens = cat([this.classToken.expand(n, -1, -1), patches], 1);
    return this.heads.forward(this.encoder.forward(tokens).at(null, 0));
  }
}

/** ViT-B/16: 12 blocks of 12 heads on patches of 16×16 pixels. */
export const vit_b_16 = classifier('vit_b_16', (shape) => {
  requireImageSize('vit_b_16', shape.imageSize, 16, 16);
  return new VisionTransformer(16, 12, 12, 768, 3072, shape);
});
