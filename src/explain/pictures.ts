/** Pictures of tensors, and pictures of pictures. */

import type { TypedArray } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import { readElements } from '../tensor/execute.js';
import { onHost } from '../tensor/on-host.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Channels, Image } from '../vision/image.js';
import type { Colormap } from './colormap.js';
import { colorize } from './overlay.js';

export interface ToPictureOptions {
  /** What `Normalize` took off, one number or one for each channel. @default 0 */
  mean?: number | readonly number[];
  /** What `Normalize` divided by. @default 1 */
  std?: number | readonly number[];
}

const readToPicture = optionReader<ToPictureOptions>('toPicture', { mean: true, std: true });

/**
 * A network's input `[C, H, W]`, as `ToTensor` and `Normalize` make it, as a picture again.
 *
 * @throws EngineError for one on a GPU that cannot be waited for: `await input.dataAsync()` first
 */
export function toPicture(input: Tensor, ...given: [options?: ToPictureOptions]): Image {
  const { mean = 0, std = 1 } = readToPicture(given);
  const [channels = 0, height = 0, width = 0] = input.shape;
  if (input.ndim !== 3 || (channels !== 1 && channels !== 3))
    throw new ShapeError(
      'toPicture',
      `input ${formatShape(input.shape)} must be [1, H, W] or [3, H, W]`,
    );
  const of = (value: number | readonly number[], c: number) =>
    typeof value === 'number' ? value : (value[value.length === 1 ? 0 : c] ?? 0);
  const planes = readElements(input, 'toPicture');
  return interleaved(planes, channels, height, width, (x, c) => x * of(std, c) + of(mean, c));
}

/** Planes `[C, H, W]` as a picture of bytes; `level` brings their numbers to 0–1. */
function interleaved(
  planes: TypedArray,
  channels: Channels,
  height: number,
  width: number,
  level: (value: number, channel: number) => number,
): Image {
  const picture = new Image(height, width, channels);
  const plane = height * width;
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < plane; p++)
      picture.data[p * channels + c] = Math.round(
        255 * Math.min(Math.max(level(planes[c * plane + p] as number, c), 0), 1),
      );
  return picture;
}

export interface TileOptions {
  /** @default as many as make the whole about square */
  columns?: number;
  /** Pixels between pictures. @default 4 */
  gap?: number;
  /** The side, in pixels, that small pictures are enlarged to, by whole factors. @default 1, which leaves them as they are */
  minSide?: number;
}

const readTile = optionReader<TileOptions>('tile', { columns: true, gap: true, minSide: true });

/** Pictures in a grid on white, row by row; the largest says how large all places are. */
export function tile(pictures: readonly Image[], ...given: [options?: TileOptions]): Image {
  const { columns = Math.ceil(Math.sqrt(pictures.length)), gap = 4, minSide = 1 } = readTile(given);
  requireWhole('tile', { 'number of pictures': pictures.length });
  requireWhole('tile', { columns });
  requireWhole('tile', { minSide });
  const shown = pictures.map((picture) => enlarged(picture, minSide));
  const cellHeight = Math.max(...shown.map(({ height }) => height));
  const cellWidth = Math.max(...shown.map(({ width }) => width));
  const rows = Math.ceil(shown.length / columns);
  const across = Math.min(columns, shown.length);
  const whole = new Image(rows * (cellHeight + gap) - gap, across * (cellWidth + gap) - gap, 3);
  whole.data.fill(255);
  shown.forEach((picture, i) => {
    const top = Math.floor(i / columns) * (cellHeight + gap);
    const left = (i % columns) * (cellWidth + gap);
    paste(whole, picture, top, left);
  });
  return whole;
}

/** Pictures beside each other, as high as they are. */
export function beside(pictures: readonly Image[], gap: number): Image {
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const whole = new Image(Math.max(...pictures.map(({ height }) => height)), width, 3);
  whole.data.fill(255);
  let left = 0;
  for (const picture of pictures) {
    paste(whole, picture, 0, left);
    left += picture.width + gap;
  }
  return whole;
}

function paste(whole: Image, picture: Image, top: number, left: number): void {
  const { height, width, channels, data } = picture;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        whole.data[((top + y) * whole.width + left + x) * 3 + c] = data[
          (y * width + x) * channels + (channels === 3 ? c : 0)
        ] as number;
}

/** A picture whose shorter side has at least `minSide` pixels: each pixel becomes a square. */
export function enlarged(picture: Image, minSide: number): Image {
  const { height, width, channels, data } = picture;
  const factor = Math.ceil(minSide / Math.min(height, width));
  if (factor === 1) return picture;
  const large = new Image(height * factor, width * factor, channels);
  for (let y = 0; y < large.height; y++)
    for (let x = 0; x < large.width; x++) {
      const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels;
      large.data.set(data.subarray(from, from + channels), (y * large.width + x) * channels);
    }
  return large;
}

export interface GridOptions extends TileOptions {
  /** @default 'viridis' */
  colormap?: Colormap;
  /** The most maps that are drawn: the first. @default 64 */
  limit?: number;
}

const gridNames = { columns: true, gap: true, minSide: true, colormap: true, limit: true } as const;
const readFeatureGrid = optionReader<GridOptions>('featureGrid', gridNames);

/**
 * The maps `[C, h, w]` of a layer in a grid, each in all colours from its smallest number to its largest.
 *
 * @throws EngineError for maps on a GPU that cannot be waited for: `await maps.dataAsync()` first
 */
export function featureGrid(maps: Tensor, ...given: [options?: GridOptions]): Image {
  const { colormap = 'viridis', limit = 64, minSide = 48, ...options } = readFeatureGrid(given);
  if (maps.ndim !== 3)
    throw new ShapeError(
      'featureGrid',
      `maps ${formatShape(maps.shape)} must be [C, h, w]; of N pictures take one with .at(n)`,
    );
  requireWhole('featureGrid', { limit });
  const count = Math.min(limit, maps.size(0));
  readElements(maps, 'featureGrid');
  const drawn = onHost(() =>
    Array.from({ length: count }, (_, c) => colorize(maps.at(c), { colormap })),
  );
  return tile(drawn, { minSide, ...options });
}

const readFilterGrid = optionReader<GridOptions>('filterGrid', gridNames);

/**
 * The filters `[O, C, kH, kW]` of a convolution in a grid: of three channels in their own colours, of others the mean over
 * their channels; each from its smallest number to its largest.
 *
 * @throws EngineError for filters on a GPU that cannot be waited for: `await weight.dataAsync()` first
 */
export function filterGrid(weight: Tensor, ...given: [options?: GridOptions]): Image {
  const { colormap = 'viridis', limit = 64, minSide = 48, ...options } = readFilterGrid(given);
  const [filters = 0, channels = 0, height = 0, width = 0] = weight.shape;
  if (weight.ndim !== 4)
    throw new ShapeError(
      'filterGrid',
      `weight ${formatShape(weight.shape)} must be [O, C, kH, kW]`,
    );
  requireWhole('filterGrid', { limit });
  readElements(weight, 'filterGrid');
  const draw = (filter: Tensor) => {
    if (channels !== 3) return colorize(filter.mean(0), { colormap });
    const low = filter.amin().item();
    const range = filter.amax().item() - low || 1;
    const planes = readElements(filter, 'filterGrid');
    return interleaved(planes, 3, height, width, (x) => (x - low) / range);
  };
  const count = Math.min(limit, filters);
  const drawn = onHost(() => Array.from({ length: count }, (_, o) => draw(weight.detach().at(o))));
  return tile(drawn, { minSide, ...options });
}
