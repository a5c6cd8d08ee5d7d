/** Class activation maps from the gradient of a score by a layer's maps. Formulas are those of pytorch-grad-cam. */
import { optionReader } from '../core/options.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { CamMethod, type CamOptions, camOptionNames, type Seen } from './cam.js';

const readGradCAM = optionReader<CamOptions>('GradCAM', camOptionNames);

/**
 * Σₖ wₖ Aᵏ, wₖ the mean over all places of ∂S/∂Aᵏ (Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391).
 *
 * @example const { heatmap } = new explain.GradCAM(model).attribute(images); // [N, H, W]
 */
export class GradCAM extends CamMethod {
  constructor(model: Module, ...given: [options?: CamOptions]) {
    super(model, given, readGradCAM);
  }

  protected override combine({ maps, gradient }: Seen): Tensor {
    return gradient().mean([2, 3], { keepdim: true }).mul(maps).sum(1);
  }
}

const readPlusPlus = optionReader<CamOptions>('GradCAMPlusPlus', camOptionNames);

/**
 * As Grad-CAM with wₖ = Σ α relu(g), g = ∂S/∂Aᵏ and α = g² / (2g² + g³ ΣAᵏ): better where a class is there several times
 * (Chattopadhay et al., 2018, https://arxiv.org/abs/1710.11063).
 */
export class GradCAMPlusPlus extends CamMethod {
  constructor(model: Module, ...given: [options?: CamOptions]) {
    super(model, given, readPlusPlus);
  }

  protected override combine({ maps, gradient }: Seen): Tensor {
    const g = gradient();
    const g2 = g.square();
    const below = g2.mul(2).add(g2.mul(g).mul(maps.sum([2, 3], { keepdim: true })));
    const alpha = g2.div(below.add(1e-6)); // 0 where g is
    return alpha.mul(g.relu()).sum([2, 3], { keepdim: true }).mul(maps).sum(1);
  }
}

const readHiRes = optionReader<CamOptions>('HiResCAM', camOptionNames);

/**
 * Σₖ ∂S/∂Aᵏ ⊙ Aᵏ: the gradient of each place is its own, so that only places are shown that the score was computed from
 * (Draelos and Carin, 2020, https://arxiv.org/abs/2011.08891).
 */
export class HiResCAM extends CamMethod {
  constructor(model: Module, ...given: [options?: CamOptions]) {
    super(model, given, readHiRes);
  }

  protected override combine({ maps, gradient }: Seen): Tensor {
    return gradient().mul(maps).sum(1);
  }
}

const readLayerCAM = optionReader<CamOptions>('LayerCAM', camOptionNames);

/**
 * Σₖ relu(∂S/∂Aᵏ) ⊙ Aᵏ: sharp on early layers too (Jiang et al., 2021, https://doi.org/10.1109/TIP.2021.3089943).
 */
export class LayerCAM extends CamMethod {
  constructor(model: Module, ...given: [options?: CamOptions]) {
    super(model, given, readLayerCAM);
  }

  protected override combine({ maps, gradient }: Seen): Tensor {
    return gradient().relu().mul(maps).sum(1);
  }
}
