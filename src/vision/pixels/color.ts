/**
 * Brightness, contrast, saturation and sharpness are one thing: a blend of the picture with a duller one (black, its mean
 * grey, its own grey, itself blurred). Factor 0 gives the dull one, 1 the picture, more overshoots. Arithmetic is
 * Pillow's: single precision, cut to bytes. For all but sharpness, `take` may give the bytes of the picture itself.
 */
import { Image } from '../image.js';
import { newBytes, type TakeBytes } from './byte-room.js';
import { luma } from './grayscale.js';
import { type ByteTable, byteTable, mapBytes } from './point.js';

const { fround } = Math;

/** dull + factor · (value − dull) as a byte; `factor` in single precision. */
function blendByte(dull: number, value: number, factor: number): number {
  const mixed = fround(dull + fround(factor * (value - dull)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

/** Towards or away from black. */
export function adjustBrightness(image: Image, factor: number, take: TakeBytes = newBytes): Image {
  return mapBytes(image, blendTable(0, factor), take);
}

/** Towards or away from the mean grey of the picture. */
export function adjustContrast(image: Image, factor: number, take: TakeBytes = newBytes): Image {
  return mapBytes(image, blendTable(Math.trunc(meanLuma(image) + 0.5), factor), take);
}

const lastTable = new Uint8Array(256);

/** What every byte becomes in a blend with `dull`; good until the next call. */
function blendTable(dull: number, factor: number): ByteTable {
  const f = fround(factor);
  return byteTable((value) => blendByte(dull, value, f), lastTable);
}

function meanLuma({ data, channels, height, width }: Image): number {
  let sum = 0;
  if (channels === 1) for (let i = 0; i < data.length; i++) sum += data[i] as number;
  else
    for (let i = 0; i < data.length; i += 3)
      sum += luma(data[i] as number, data[i + 1] as number, data[i + 2] as number);
  return sum / (height * width);
}

/** factor · difference, which takes one of 511 values; of the last call. */
const products = new Float32Array(511);

/** Towards or away from grey; a grey picture stays as it is. */
export function adjustSaturation(image: Image, factor: number, take: TakeBytes = newBytes): Image {
  const { height, width, channels, data } = image;
  if (channels === 1) return image;
  const f = fround(factor);
  for (let i = 0; i < 511; i++) products[i] = f * (i - 255);
  const out = take(data.length);
  const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i] as number;
    const green = data[i + 1] as number;
    const blue = data[i + 2] as number;
    const grey = luma(red, green, blue);
    const at = 255 - grey;
    clamped[i] = fround(grey + (products[at + red] as number)) | 0;
    clamped[i + 1] = fround(grey + (products[at + green] as number)) | 0;
    clamped[i + 2] = fround(grey + (products[at + blue] as number)) | 0;
  }
  return new Image(height, width, channels, out);
}

/** Towards or away from a picture smoothed with the 3×3 kernel (1 1 1; 1 5 1; 1 1 1)/13; the border stays. */
export function adjustSharpness(image: Image, factor: number): Image {
  const { height, width, channels, data } = image;
  const f = fround(factor);
  const out = data.slice();
  const stride = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * stride + channels; i < (y + 1) * stride - channels; i++) {
      let sum = 4 * (data[i] as number);
      for (let k = i - stride; k <= i + stride; k += stride)
        sum +=
          (data[k - channels] as number) + (data[k] as number) + (data[k + channels] as number);
      out[i] = blendByte(Math.trunc(sum / 13 + 0.5), data[i] as number, f);
    }
  }
  return new Image(height, width, channels, out);
}
