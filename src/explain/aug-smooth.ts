import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';

const contrasts = [1, 0.9, 1.1];

/**
 * The six views that `aug_smooth` of pytorch-grad-cam averages over, the picture itself first: it and its mirror image, each
 * multiplied by 1, 0.9 and 1.1.
 */
export function sixViews(images: Tensor): Tensor[] {
  const seen = contrasts.map((contrast) => (contrast === 1 ? images : images.mul(contrast)));
  return [...seen, ...seen.map((view) => view.flip(-1))];
}

/** The mean of the six views' attributions, as the picture stands. */
export function meanOfViews(views: readonly [Attribution, ...Attribution[]]): Attribution {
  const mean = (maps: readonly Tensor[]) =>
    maps
      .map((map, k) => (k < contrasts.length ? map : map.flip(-1)))
      .reduce((sum, map) => sum.add(map))
      .div(maps.length);
  return {
    ...views[0],
    heatmap: mean(views.map(({ heatmap }) => heatmap)),
    values: mean(views.map(({ values }) => values)),
  };
}
