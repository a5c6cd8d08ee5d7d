import { Image } from '../image.js';
import { newBytes, type TakeBytes } from './byte-room.js';

const { fround } = Math;

/** For each hue byte: which sixth of the circle it lies in, and how far (single precision). */
const sextants = Uint8Array.from({ length: 256 }, (_, h) => Math.floor((h * 6) / 255) % 6);
const fractions = Float32Array.from(
  { length: 256 },
  (_, h) => (h * 6) / 255 - Math.floor((h * 6) / 255),
);
/** For each saturation byte: the saturation, 0–1 (single precision). */
const saturations = Float32Array.from({ length: 256 }, (_, s) => s / 255);

/**
 * Turns the hue by `factor` of the circle (−0.5 … 0.5), through Pillow's 8-bit HSV and its roundings: as there, even a turn
 * by 0 moves some bytes. A grey picture stays as it is. `take` may give the bytes of the picture itself.
 */
export function adjustHue(image: Image, factor: number, take: TakeBytes = newBytes): Image {
  const { height, width, channels, data } = image;
  if (channels === 1) return image;
  const shift = Math.trunc(factor * 255);
  const out = take(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i] as number;
    const green = data[i + 1] as number;
    const blue = data[i + 2] as number;
    const value = Math.max(red, green, blue);
    const span = value - Math.min(red, green, blue);
    const saturation = span === 0 ? 0 : (fround(span / value) * 255) | 0;
    if (saturation === 0) {
      out[i] = value;
      out[i + 1] = value;
      out[i + 2] = value;
      continue;
    }
    const hue = (hueByte(red, green, blue, value, span) + shift) & 255;
    const f = fractions[hue] as number;
    const s = saturations[saturation] as number;
    const p = (value * (1 - s) + 0.5) | 0;
    const q = (value * (1 - fround(s * f)) + 0.5) | 0;
    const t = (value * (1 - s * (1 - f)) + 0.5) | 0;
    switch (sextants[hue]) {
      case 0:
        write(out, i, value, t, p);
        break;
      case 1:
        write(out, i, q, value, p);
        break;
      case 2:
        write(out, i, p, value, t);
        break;
      case 3:
        write(out, i, p, q, value);
        break;
      case 4:
        write(out, i, t, p, value);
        break;
      default:
        write(out, i, value, p, q);
    }
  }
  return new Image(height, width, channels, out);
}

function write(out: Uint8Array, at: number, red: number, green: number, blue: number): void {
  out[at] = red;
  out[at + 1] = green;
  out[at + 2] = blue;
}

/** The hue as a byte; of the three distances from the largest colour, one is 0. */
function hueByte(red: number, green: number, blue: number, max: number, span: number): number {
  let sixths: number;
  if (red === max) sixths = fround(fround((max - blue) / span) - fround((max - green) / span));
  else if (green === max)
    sixths = fround(2 + fround((max - red) / span) - fround((max - blue) / span));
  else sixths = fround(4 + fround((max - green) / span) - fround((max - red) / span));
  const turns = sixths / 6 + 1;
  return (fround(turns >= 1 ? turns - 1 : turns) * 255) | 0;
}
