/**
 * A convolution cut along its rows into Winograd's tiles of eight points: when that pays, and where windows, taps and strips lie.
 *
 * With a stride of s a position is s pixels that lie side by side, which makes it a convolution of stride 1 with s times the
 * channels and ⌈width / s⌉ taps. Where positions do not start at the padding, the kernel gets columns of zeros before its first.
 */
import type { ConvGeometry } from '../../compiler/lower/conv-geometry.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import { points } from '../kernels/line-passes.js';
import type { LineTaps, LineVector, TileRun } from '../kernels/line-transforms.js';
import { vectorAt } from '../kernels/vector-places.js';
import { runsOf } from '../runs.js';
import { type StoredImage, vectorPlaces } from './stored-image.js';

/** Terms of a sum below which the products take no longer than their transforms. */
const fewTerms = 12;

/** Multiply-adds below which direct convolution takes some tens of microseconds, and its smaller rounding is worth more. */
const worthwhile = 1 << 20;

/** What the sizes of a convolution mean along its rows. */
export interface Lines {
  /** Pixels of a position. */
  readonly stride: number;
  /** Positions before the image, and in it. */
  readonly before: number;
  readonly width: number;
  /** For each pixel of a position the taps that meet it. */
  readonly taps: readonly LineTaps[];
  /** Outputs of a tile, and tiles of a row. */
  readonly outputs: number;
  readonly tiles: number;
}

/** The numbers of a convolution that `linesOf` needs; `padding` may be that of a gradient. */
type LineGeometry = Pick<ConvGeometry, 'size' | 'outSize' | 'kernel' | 'stride' | 'padding'>;

/** Undefined where eight points do not fit the taps, or positions do not fit the image. */
export function linesOf({
  size,
  outSize,
  kernel,
  stride,
  padding,
}: LineGeometry): Lines | undefined {
  const [, s] = stride;
  const [, width] = size;
  const shift = (s - (padding[1] % s)) % s;
  const count = Math.ceil((kernel[1] + shift) / s);
  const outputs = points + 1 - count;
  if ((outputs !== 4 && outputs !== 5) || padding[1] < 0 || width % s !== 0) return undefined;
  const taps = Array.from({ length: s }, (_, phase) =>
    Array.from({ length: count }, (_, t) => t * s + phase - shift).map((column) =>
      column >= 0 && column < kernel[1] ? column : undefined,
    ),
  );
  const tiles = Math.ceil(outSize[1] / outputs);
  return { stride: s, before: (padding[1] + shift) / s, width: width / s, taps, outputs, tiles };
}

/** The lines of a convolution that they compute faster than direct convolution does. */
export function worthwhileLines(
  geometry: ConvGeometry & { depthwise: boolean },
): Lines | undefined {
  const { batch, kernel, dilation, groups, channels, outChannels, outSize, depthwise } = geometry;
  const isPlain = groups === 1 && !depthwise && Math.max(...dilation) === 1;
  const lines = isPlain && outChannels >= 8 ? linesOf(geometry) : undefined;
  if (lines === undefined) return undefined;
  const [height, width] = outSize;
  const isLess = points * lines.tiles * lines.stride <= 0.6 * kernel[1] * width;
  const terms = kernel[0] * lines.stride * channels;
  const work = batch * height * width * channels * outChannels * kernel[0] * kernel[1];
  return isLess && terms >= fewTerms && work >= worthwhile ? lines : undefined;
}

type Span = Omit<TileRun, 'count'>;

/** The windows of a row's tiles. */
export function windowRuns({ tiles, outputs, before, width }: Lines): TileRun[] {
  return tileRuns(tiles, (i) => {
    const start = i * outputs - before;
    return { first: Math.max(0, -start), end: Math.max(0, Math.min(points, width - start)) };
  });
}

/** The pixels of a row's tiles that are inside of an output so wide. */
export function outputRuns({ tiles, outputs }: Lines, width: number): TileRun[] {
  return tileRuns(tiles, (i) => ({ first: 0, end: Math.min(outputs, width - i * outputs) }));
}

function tileRuns(tiles: number, spanOf: (tile: number) => Span): TileRun[] {
  const spans = Array.from({ length: tiles }, (_, i) => spanOf(i));
  return runsOf(spans).map(({ value, count }) => ({ ...value, count }));
}

/** The vectors of a position of `stride` pixels, which are more than one only where all their channels lie side by side. */
export function lineVectors(image: StoredImage, stride: number, lanes: number): LineVector[] {
  const floats = stride * image.channels;
  const places =
    stride > 1
      ? { perBlock: Math.ceil(floats / lanes), blockBytes: 0, storage: image.storage }
      : vectorPlaces(image, lanes);
  return Array.from({ length: Math.ceil(floats / lanes) }, (_, v) => ({
    pixel: vectorAt(places, v, lanes),
    matrix: v * 4 * lanes,
    lanes: Math.min(lanes, floats - v * lanes),
  }));
}

/** Unused bytes after each of the eight matrices: strides that are powers of two would share sets of the caches. */
const padBytes = 192;

/** Unused bytes after each tile's rows. */
const tilePad = 64;

/** An element of a strip's windows should stay in the first-level cache. */
const elementBytes = 32 * 1024;

/** Rows of output that are worth the rows that two strips both transform. */
const fewestRows = 4;

/** Output rows of all images in strips, and the memory of a strip. */
export interface Strips {
  readonly rows: number;
  readonly perImage: number;
  /** Floats that a product sums over: kernel rows × positions' floats. */
  readonly terms: number;
  /** Bytes of windows: of a row, a tile, a matrix. */
  readonly row: number;
  readonly tile: number;
  readonly matrix: number;
  /** The same of outputs, whose tiles follow each other. */
  readonly outTile: number;
  readonly outRow: number;
  readonly outMatrix: number;
}

export function stripsOf(
  { tiles, stride }: Lines,
  { kernel, stride: [down], outSize: [height] }: LineGeometry,
  {
    channels,
    columns,
    elements = 'float32',
  }: { readonly channels: number; readonly columns: number; readonly elements?: Precision },
): Strips {
  const row = stride * channels * bytesOf(elements);
  const inputRows = Math.floor(elementBytes / (tiles * row));
  const fitting = Math.max(fewestRows, Math.floor((inputRows - kernel[0]) / down) + 1);
  const perImage = Math.ceil(height / Math.min(height, fitting));
  const rows = Math.ceil(height / perImage);
  // Whole vectors are stored: the last may reach behind the channels.
  const tile = ((rows - 1) * down + kernel[0]) * row + tilePad;
  const outTile = columns * 4;
  const outRow = tiles * outTile;
  return {
    ...{
      rows,
      perImage: Math.ceil(height / rows),
      terms: kernel[0] * stride * channels,
      row,
      tile,
    },
    matrix: tiles * tile + padBytes,
    ...{ outTile, outRow, outMatrix: rows * outRow + padBytes },
  };
}
