import { refuseOptions } from '../core/options.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';
import { AttributionMethod } from './attribution-method.js';
import { inputGradient } from './input-gradient.js';
import type { ChooseTargets } from './targets.js';

/**
 * |∂S/∂x|: how much the score would change with each number of the picture (Simonyan et al., 2013,
 * https://arxiv.org/abs/1312.6034). The heat of a pixel is that of its strongest channel.
 */
export class Saliency extends AttributionMethod {
  constructor(model: Module, ...given: []) {
    super(model);
    refuseOptions('Saliency', given);
  }

  protected override explain(images: Tensor, choose: ChooseTargets): Attribution {
    const { gradient, targets } = inputGradient(this.model, images, choose);
    const values = gradient.abs();
    return { heatmap: values.amax(1), values, targets };
  }
}
