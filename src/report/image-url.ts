import { Rng } from '../core/rng.js';
import { encodeJpeg, encodePng } from '../vision/codecs/sharp.js';
import type { Image } from '../vision/image.js';
import { Resize } from '../vision/transforms/resize.js';

/** Pixels up to which a picture is kept as it is: JPEG would take more, and blur it. */
const exact = 48 * 48;

/** A picture, no side longer than `side`, as the address of an image with its bytes inside. */
export async function imageUrl(image: Image, side: number): Promise<string> {
  const small = shrunk(image, side);
  const png = small.height * small.width <= exact || small.channels === 1;
  const bytes = png ? await encodePng(small) : await encodeJpeg(small);
  return `data:image/${png ? 'png' : 'jpeg'};base64,${Buffer.from(bytes).toString('base64')}`;
}

/** The picture with no side longer than `side`. */
export function shrunk(image: Image, side: number): Image {
  const scale = side / Math.max(image.height, image.width);
  if (scale >= 1) return image;
  const size = [image.height, image.width].map((s) => Math.max(1, Math.round(s * scale)));
  return new Resize(size as [number, number]).apply(image, new Rng(0)); // two sides
}
