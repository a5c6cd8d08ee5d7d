/**
 * The network of airbench94 (Jordan, 2024, https://arxiv.org/abs/2404.00498), which learns CIFAR-10 in few passes: a first layer
 * that whitens patches and is never trained, convolutions that begin as the identity, biases that learn fast.
 */
import { optionReader } from '../../core/options.js';
import { GELU } from '../../nn/activations.js';
import { Buffer } from '../../nn/buffer.js';
import { Sequential } from '../../nn/containers.js';
import { Conv2d } from '../../nn/conv.js';
import { batchNorm } from '../../nn/functional.js';
import { dirac_, zeros_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { ReflectionPad2d } from '../../nn/padding.js';
import { MaxPool2d } from '../../nn/pooling.js';
import { symmetricEigen } from '../../nn/symmetric-eigen.js';
import { cat, stack } from '../../ops/functions.js';
import { ones, tensor, zeros } from '../../tensor/creation.js';
import { noGrad } from '../../tensor/grad-mode.js';
import { Parameter } from '../../tensor/parameter.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type ClassifierOptions, requireImageSize } from './classifier-options.js';

const readOptions = optionReader<ClassifierOptions>('CifarFast', {
  numClasses: true,
  inChannels: true,
  imageSize: true,
});

/** Added to the variance of each direction before the root, so that directions that hold noise alone are not blown up. */
const whiteningEps = 5e-4;

/** Under SGD, a bias that counts 8-fold learns 8² = 64 times as fast as one that does not. */
const biasScale = 8;

/** Batch norm that trains a bias alone, and that fast; its statistics follow the last few batches. */
class FastNorm extends Module {
  readonly bias: Parameter; // [C], an eighth of what is added
  readonly runningMean: Buffer; // [C]
  readonly runningVar: Buffer; // [C]

  constructor(numFeatures: number) {
    super();
    this.bias = new Parameter(zeros([numFeatures]));
    this.runningMean = new Buffer(zeros([numFeatures]));
    this.runningVar = new Buffer(ones([numFeatures]));
  }

  override forward(x: Tensor): Tensor {
    const { runningMean, runningVar, training } = this;
    const bias = this.bias.mul(biasScale);
    return batchNorm(x, runningMean, runningVar, { bias, training, momentum: 0.4, eps: 1e-12 });
  }
}

/** 3×3, whose first outputs are its inputs. */
function identityConv(inChannels: number, outChannels: number): Conv2d {
  const conv = new Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false });
  noGrad(() => {
    const identity = dirac_(zeros([inChannels, inChannels, 3, 3]));
    const others = conv.weight.narrow(0, inChannels, outChannels - inChannels);
    conv.weight.copy_(cat([identity, others]));
  });
  return conv;
}

/** `[N, C, S, S]` → `[N, outChannels, S / 2, S / 2]`. */
function block(inChannels: number, outChannels: number): Sequential {
  return new Sequential(
    identityConv(inChannels, outChannels),
    new MaxPool2d(2),
    new FastNorm(outChannels),
    new GELU(),
    identityConv(outChannels, outChannels),
    new FastNorm(outChannels),
    new GELU(),
  );
}

/** Three blocks of two convolutions on whitened 2×2 patches: `[N, C, S, S]` → logits `[N, K]`; 3×32×32 by itself. */
export class CifarFast extends Module {
  readonly whiten: Conv2d; // [N, 24, 31, 31]
  readonly gelu = new GELU();
  readonly block1: Sequential; // [N, 64, 15, 15]
  readonly block2 = block(64, 256); // [N, 256, 7, 7]
  readonly block3 = block(256, 256); // [N, 256, 3, 3]
  readonly pool = new MaxPool2d(3);
  fc: Linear; // replaced by those who fine-tune

  constructor(...given: [options?: ClassifierOptions]) {
    super();
    const { numClasses = 10, inChannels = 3, imageSize = 32 } = readOptions(given);
    requireImageSize('CifarFast', imageSize, 25);
    const side = Math.floor(Math.floor((imageSize - 1) / 8) / 3); // 32 → 3 → 1
    const width = 8 * inChannels;
    this.whiten = new Conv2d(inChannels, width, 2);
    this.whiten.weight.requiresGrad = false;
    if (this.whiten.bias) zeros_(this.whiten.bias);
    this.block1 = block(width, 64);
    this.fc = new Linear(256 * side ** 2, numClasses, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    let y = this.gelu(this.whiten(x));
    y = this.block3(this.block2(this.block1(y)));
    return this.fc(this.pool(y).flatten(1)).mul(1 / 9);
  }

  /** Logits of each picture, of two copies moved by a pixel and of their mirror images, averaged: what airbench94 tests with. */
  sixViews(x: Tensor): Tensor {
    const [, , height = 0, width = 0] = x.shape;
    const padded = new ReflectionPad2d(1)(x);
    const moved = (by: number) => padded.narrow(2, by, height).narrow(3, by, width);
    const both = (view: Tensor) => this.forward(view).add(this.forward(view.flip(3)));
    return both(x)
      .mul(2)
      .add(both(moved(0)))
      .add(both(moved(2)))
      .div(8);
  }

  /**
   * Lets the first layer whiten patches such as these pictures `[N, C, S, S]` have: its filters are the principal directions of
   * their 2×2 patches, each divided by its standard deviation, and the same with the other sign.
   */
  whitenFor(pictures: Tensor): this {
    const [, channels = 0, height = 0, width = 0] = pictures.shape;
    noGrad(() => {
      const corners = [0, 1].flatMap((dy) =>
        [0, 1].map((dx) => pictures.narrow(2, dy, height - 1).narrow(3, dx, width - 1)),
      );
      const patches = stack(corners, 2)
        .permute(1, 2, 0, 3, 4)
        .reshape(4 * channels, -1);
      const covariance = patches.matmul(patches.t()).div(patches.size(1)).toArray();
      const { values, vectors } = symmetricEigen(covariance as number[][]); // it has two dimensions
      const filters = tensor(
        vectors.map((vector, i) => {
          const deviation = Math.sqrt((values[i] ?? 0) + whiteningEps);
          return vector.map((weight) => weight / deviation);
        }),
      );
      const { weight } = this.whiten;
      weight.copy_(cat([filters, filters.neg()]).reshape(...weight.shape));
    });
    return this;
  }
}

/** The network of airbench94 for CIFAR-10, 1,971,640 parameters for 3×32×32 and 10 classes; `whitenFor` comes first. */
export function cifarFast(...given: [options?: ClassifierOptions]): CifarFast {
  return new CifarFast(...given);
}
