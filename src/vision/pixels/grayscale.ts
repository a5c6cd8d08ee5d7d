import { type Channels, Image } from '../image.js';
import { newBytes, type TakeBytes } from './byte-room.js';

/** Luma of a pixel: ITU-R 601-2 in 16 fractional bits, as Pillow computes mode L. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The picture in grey, with one channel or three equal ones. */
export function grayscale(image: Image, channels: Channels, take: TakeBytes = newBytes): Image {
  const { height, width, data } = image;
  const count = height * width;
  const out = take(count * channels);
  for (let i = 0; i < count; i++) {
    const from = i * image.channels;
    const grey =
      image.channels === 1
        ? (data[from] as number)
        : luma(data[from] as number, data[from + 1] as number, data[from + 2] as number);
    if (channels === 1) {
      out[i] = grey;
    } else {
      out[i * 3] = grey;
      out[i * 3 + 1] = grey;
      out[i * 3 + 2] = grey;
    }
  }
  return new Image(height, width, channels, out);
}
