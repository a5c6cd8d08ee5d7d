import { Image } from '../image.js';

/** The picture in squares of `block` pixels, each of the mean colour of what it covers. */
export function pixelate(image: Image, block: number): Image {
  const { height, width, channels, data } = image;
  const out = new Uint8Array(data.length);
  for (let top = 0; top < height; top += block)
    for (let left = 0; left < width; left += block) {
      const bottom = Math.min(height, top + block);
      const right = Math.min(width, left + block);
      const count = (bottom - top) * (right - left);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) sum += data[(y * width + x) * channels + c] as number;
        const mean = Math.round(sum / count);
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) out[(y * width + x) * channels + c] = mean;
      }
    }
  return new Image(height, width, channels, out);
}
