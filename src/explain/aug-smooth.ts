import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';
import type { ChooseTargets } from './targets.js';

const contrasts = [1, 0.9, 1.1];

/**
 * The mean attribution of six views, as `aug_smooth` of pytorch-grad-cam takes it: the picture and its mirror image, each
 * multiplied by 1, 0.9 and 1.1. The class is that of the picture itself.
 */
export function averageOfViews(
  explain: (images: Tensor, choose: ChooseTargets) => Attribution,
  images: Tensor,
  choose: ChooseTargets,
): Attribution {
  const first = explain(images, choose);
  const fixed = () => first.targets;
  let { heatmap, values } = first;
  for (const flipped of [false, true])
    for (const contrast of contrasts) {
      if (!flipped && contrast === 1) continue;
      const view = images.mul(contrast);
      const seen = explain(flipped ? view.flip(-1) : view, fixed);
      heatmap = heatmap.add(flipped ? seen.heatmap.flip(-1) : seen.heatmap);
      values = values.add(flipped ? seen.values.flip(-1) : seen.values);
    }
  const views = 2 * contrasts.length;
  return { ...first, heatmap: heatmap.div(views), values: values.div(views) };
}
