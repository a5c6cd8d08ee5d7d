import { type FloatImage, floatImage } from '../image.js';
import type { Box } from './gather.js';

/** The picture with each box (cut at the border) replaced by `valueAt(channel, index in the box)`. */
export function erase(
  image: FloatImage,
  boxes: readonly Box[],
  valueAt: (channel: number, index: number) => number,
): FloatImage {
  const [channels, height, width] = image.shape;
  const out = image.data.slice();
  for (const box of boxes) {
    const top = Math.max(0, box.top);
    const left = Math.max(0, box.left);
    const bottom = Math.min(height, box.top + box.height);
    const right = Math.min(width, box.left + box.width);
    for (let c = 0; c < channels; c++)
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++)
          out[(c * height + y) * width + x] = valueAt(
            c,
            (y - box.top) * box.width + (x - box.left),
          );
  }
  return floatImage(channels, height, width, out);
}
