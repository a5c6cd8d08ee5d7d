/**
 * Brightness, contrast, saturation and sharpness are one thing: a blend of the picture with a duller one (black, its mean
 * grey, its own grey, itself blurred). Factor 0 gives the dull one, 1 the picture, more overshoots. Arithmetic is
 * Pillow's: single precision, cut to bytes.
 */
import { Image } from '../../image.js';
import { luma } from './grayscale.js';
import { byteTable, mapBytes } from './point.js';

const { fround } = Math;

/** dull + factor · (value − dull) as a byte; `factor` in single precision. */
function blendByte(dull: number, value: number, factor: number): number {
  const mixed = fround(dull + fround(factor * (value - dull)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

/** Towards or away from black. */
export function adjustBrightness(image: Image, factor: number): Image {
  const f = fround(factor);
  return mapBytes(
    image,
    byteTable((value) => blendByte(0, value, f)),
  );
}

/** Towards or away from the mean grey of the picture. */
export function adjustContrast(image: Image, factor: number): Image {
  const f = fround(factor);
  const mean = Math.trunc(meanLuma(image) + 0.5);
  return mapBytes(
    image,
    byteTable((value) => blendByte(mean, value, f)),
  );
}

function meanLuma({ data, channels, height, width }: Image): number {
  let sum = 0;
  if (channels === 1) for (let i = 0; i < data.length; i++) sum += data[i] as number;
  else
    for (let i = 0; i < data.length; i += 3)
      sum += luma(data[i] as number, data[i + 1] as number, data[i + 2] as number);
  return sum / (height * width);
}

/** Towards or away from grey; a grey picture stays as it is. */
export function adjustSaturation(image: Image, factor: number): Image {
  const { height, width, channels, data } = image;
  if (channels === 1) return image;
  const f = fround(factor);
  // The product factor · difference takes one of 511 values.
  const products = new Float32Array(511);
  for (let i = 0; i < 511; i++) products[i] = f * (i - 255);
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i] as number;
    const green = data[i + 1] as number;
    const blue = data[i + 2] as number;
    const grey = luma(red, green, blue);
    const at = 255 - grey;
    out[i] = fround(grey + (products[at + red] as number)) | 0;
    out[i + 1] = fround(grey + (products[at + green] as number)) | 0;
    out[i + 2] = fround(grey + (products[at + blue] as number)) | 0;
  }
  return new Image(height, width, channels, new Uint8Array(out.buffer));
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
