import { toPicture } from '../explain/pictures.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import type { Image } from '../vision/image.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';

/** What the network was given, as a picture again. */
export function seenPicture(transform: ImageTransform, input: Tensor): Image {
  const steps = transform instanceof Compose ? transform.transforms : [transform];
  const normalize = steps.find((step) => step instanceof Normalize);
  return toPicture(input, normalize && { mean: normalize.mean, std: normalize.std });
}
