import { ShapeError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { fullLike } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';
import { AttributionMethod } from './attribution-method.js';
import { gaussLegendre } from './gauss-legendre.js';
import { inputGradient } from './input-gradient.js';
import { type ChooseTargets, targetScores } from './targets.js';

export interface IntegratedGradientsOptions {
  /** The picture that shows nothing: one number, or a picture `[C, H, W]`. In normalized inputs 0 is the mean colour. @default 0 */
  baseline?: number | Tensor;
  /** At how many places of the path the gradient is taken. @default 50 */
  numSteps?: number;
}

const readOptions = optionReader<IntegratedGradientsOptions>('IntegratedGradients', {
  baseline: true,
  numSteps: true,
});

/**
 * (x − x′) ⊙ ∫₀¹ ∂S(x′ + α(x − x′))/∂x dα by Gauss–Legendre quadrature, as captum takes it (Sundararajan et al., 2017,
 * https://arxiv.org/abs/1703.01365). The values add up to S(x) − S(x′): `completeness` tells by how much they miss it. The
 * heat of a pixel is the size of its channels' sum.
 */
export class IntegratedGradients extends AttributionMethod {
  private readonly baseline: number | Tensor;
  private readonly numSteps: number;

  constructor(model: Module, ...given: [options?: IntegratedGradientsOptions]) {
    super(model);
    const { baseline = 0, numSteps = 50 } = readOptions(given);
    requireWhole('IntegratedGradients', { numSteps });
    this.baseline = baseline;
    this.numSteps = numSteps;
  }

  protected override explain(images: Tensor, choose: ChooseTargets): Attribution {
    const start = baselineOf('IntegratedGradients', this.baseline, images);
    const scoresOf = (x: Tensor, pick: ChooseTargets) =>
      noGrad(() => {
        const scores = this.model(x);
        const targets = pick(scores);
        return { targets, scores: targetScores(scores, targets).double() };
      });
    const { targets, scores } = scoresOf(images, choose);
    const atStart = scoresOf(start, () => targets).scores;
    const path = images.sub(start);
    let mean = images.mul(0);
    for (const { place, weight } of gaussLegendre(this.numSteps)) {
      const { gradient } = inputGradient(this.model, start.add(path.mul(place)), () => targets);
      mean = mean.add(gradient.mul(weight));
    }
    const values = mean.mul(path);
    const difference = scores.sub(atStart);
    const delta = values.sum([1, 2, 3]).double().sub(difference);
    const completeness = { difference, delta };
    return { heatmap: values.sum(1).abs(), values, targets, completeness };
  }
}

/** A baseline for each of the pictures `[N, C, H, W]`. */
export function baselineOf(subject: string, baseline: number | Tensor, images: Tensor): Tensor {
  if (typeof baseline === 'number') return fullLike(images, baseline);
  if (!sameShape(baseline.shape, images.shape.slice(1)))
    throw new ShapeError(
      subject,
      `baseline ${formatShape(baseline.shape)} must be one picture ${formatShape(images.shape.slice(1))}`,
    );
  return baseline.detach().expand(images.size(0), -1, -1, -1);
}
