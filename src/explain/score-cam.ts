import { optionReader } from '../core/options.js';
import { interpolate } from '../nn/interpolate.js';
import type { Module } from '../nn/module.js';
import { cat, stack } from '../ops/functions.js';
import type { Tensor } from '../tensor/tensor.js';
import { CamMethod, type CamOptions, camOptionNames, type Seen } from './cam.js';
import { sizeOf } from './layer-maps.js';
import { requireBatchSize } from './require-numbers.js';
import { targetScores } from './targets.js';

export interface ScoreCamOptions extends CamOptions {
  /** How many masked pictures the model sees at a time. @default 32 */
  batchSize?: number;
}

const readOptions = optionReader<ScoreCamOptions>('ScoreCAM', {
  ...camOptionNames,
  batchSize: true,
});

/**
 * Σₖ wₖ Aᵏ without gradients: wₖ is the softmax, over the channels, of the score that is left of the picture seen through
 * Aᵏ as a mask (Wang et al., 2020, https://arxiv.org/abs/1910.01279). Takes as many forward passes as the layer has
 * channels.
 */
export class ScoreCAM extends CamMethod {
  private readonly batchSize: number;

  constructor(model: Module, ...given: [options?: ScoreCamOptions]) {
    const { batchSize = 32, ...options } = readOptions(given);
    super(model, [options], (own) => own[0] ?? {});
    requireBatchSize('ScoreCAM', batchSize);
    this.batchSize = batchSize;
  }

  protected override combine({ maps, images, targets }: Seen): Tensor {
    const pictures = Array.from({ length: images.size(0) }, (_, n) => {
      const own = maps.at(n); // [C, h, w]
      const target = targets.narrow(0, n, 1);
      const weights = this.scores(own, images.narrow(0, n, 1), target).softmax(0);
      return weights.reshape([-1, 1, 1]).mul(own).sum(0);
    });
    return stack(pictures);
  }

  /** The score of `image` `[1, C, H, W]` through each map as a mask of 0 to 1: `[channels]`. */
  private scores(maps: Tensor, image: Tensor, target: Tensor): Tensor {
    const parts = maps.split(this.batchSize).map((part) => {
      const size = sizeOf(image);
      const large = interpolate(part.unsqueeze(1), { size, mode: 'bilinear' }); // [batch, 1, H, W]
      const low = large.amin([2, 3], { keepdim: true });
      const range = large.amax([2, 3], { keepdim: true }).sub(low);
      const masked = image.mul(large.sub(low).div(range.add(1e-8)));
      return targetScores(this.model(masked), target);
    });
    return cat(parts);
  }
}
