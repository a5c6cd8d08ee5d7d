import { optionReader, requireWhole } from '../core/options.js';
import type { Module } from '../nn/module.js';
import { randn } from '../ops/random.js';
import type { Generator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';
import { AttributionMethod } from './attribution-method.js';
import { inputGradient } from './input-gradient.js';
import { requireRange } from './require-numbers.js';
import type { ChooseTargets } from './targets.js';

export interface SmoothGradOptions {
  /** How many noisy pictures there are. @default 25 */
  numSamples?: number;
  /** Standard deviation of the noise as a share of each picture's range, 0–1. @default 0.15 */
  noiseLevel?: number;
  /** @default the generator that `manualSeed` seeds */
  generator?: Generator;
}

const readOptions = optionReader<SmoothGradOptions>('SmoothGrad', {
  numSamples: true,
  noiseLevel: true,
  generator: true,
});

/**
 * The mean of ∂S/∂x over noisy copies of the picture: saliency without its speckles (Smilkov et al., 2017,
 * https://arxiv.org/abs/1706.03825). The class is that of the picture without noise; the heat of a pixel is that of its
 * strongest channel.
 */
export class SmoothGrad extends AttributionMethod {
  private readonly numSamples: number;
  private readonly noiseLevel: number;
  private readonly generator: Generator | undefined;

  constructor(model: Module, ...given: [options?: SmoothGradOptions]) {
    super(model);
    const { numSamples = 25, noiseLevel = 0.15, generator } = readOptions(given);
    requireWhole('SmoothGrad', { numSamples });
    requireRange('SmoothGrad', 'noiseLevel', noiseLevel, 0, 1);
    this.numSamples = numSamples;
    this.noiseLevel = noiseLevel;
    this.generator = generator;
  }

  protected override explain(images: Tensor, choose: ChooseTargets): Attribution {
    const targets = noGrad(() => choose(this.model(images)));
    const range = images
      .amax([1, 2, 3], { keepdim: true })
      .sub(images.amin([1, 2, 3], { keepdim: true }));
    const deviation = range.mul(this.noiseLevel);
    const noise = this.generator && { generator: this.generator };
    let values = images.mul(0);
    for (let i = 0; i < this.numSamples; i++) {
      const noisy = images.add(randn(images.shape, noise).mul(deviation));
      const { gradient } = inputGradient(this.model, noisy, () => targets);
      values = values.add(gradient.div(this.numSamples));
    }
    return { heatmap: values.abs().amax(1), values, targets };
  }
}
