/**
 * Direct convolution of rows of pixels: y[o] = Σ over c, kernel rows and taps of w[o] · x, a group of pixels × some vectors of
 * output channels in registers. Strides, dilations and edges are part of the code; where a tap is outside of the image,
 * nothing is added. It computes the gradient of the input, too, which is a convolution for each phase of the stride.
 */

import { each, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type Ending, storeEnded } from './ending.js';
import { isInside } from './is-inside.js';
import { type PixelGroups, pixelGroups } from './pixel-groups.js';
import type { Tile } from './product.js';
import {
  type BlockEnd,
  eachPanel,
  storeZeros,
  type VectorPlaces,
  vectorAt,
} from './vector-places.js';

/** A run of blocks of input channels. */
export interface ChannelRun {
  readonly blocks: number;
  readonly channels: number;
}

/** `isPadded` and `zeros`: of the output. */
export interface ConvRows extends BlockEnd {
  /** Rows of the output, which all have the same kernel rows inside the image. */
  readonly rows: number;
  readonly kernelRows: number;
  /** The first of them. */
  readonly firstRow: number;
  /** Pixels of a row of the input and of the output. */
  readonly inWidth: number;
  readonly outWidth: number;
  /** Pixels of the input from one of the output to the next. */
  readonly step: number;
  /** Where the taps of a kernel row lie, in pixels from there. */
  readonly taps: readonly number[];
  readonly channels: readonly ChannelRun[];
  /** Bytes of the input between channels of a block, pixels, the rows that kernel rows meet, rows that output rows start at. */
  readonly xChannel: number;
  readonly xPixel: number;
  readonly xKernelRow: number;
  readonly xRow: number;
  /** Bytes of the input between blocks of channels. */
  readonly xBlock: number;
  readonly outChannels: number;
  /** Bytes of the output between pixels and rows. */
  readonly yPixel: number;
  readonly yRow: number;
  /** How vectors of channels lie in the output. */
  readonly yVectors: VectorPlaces;
  /** Rows of the tile are pixels. */
  readonly tile: Tile;
  /** All kernel rows of the packed weights, [panel][block][kernel row][channel][tap][vector]. */
  readonly packedRows: number;
  readonly ending: Ending;
  /** Whether `channels` counts pairs of bfloat16 that lie side by side, and the weights are such pairs. */
  readonly pairs: boolean;
}

/** Arguments: x at the first pixel of the first kernel row that is inside, all weights, y, a float per channel. */
export function convRows(w: KernelWriter, shape: ConvRows): void {
  const { x, weights, y, bias } = w.pointers('x', 'weights', 'y', 'bias');
  const { lanes } = w.level;
  const { tile, outChannels, outWidth, step, xPixel, yPixel, yVectors } = shape;
  const tail = w.part(outChannels % lanes || lanes);
  const channels = shape.channels.reduce((sum, run) => sum + run.blocks * run.channels, 0);
  const tapBytes = 4 * lanes * tile.vectors;
  const panelBytes = channels * shape.packedRows * shape.taps.length * tapBytes;
  const groups = pixelGroups(shape, tile.rows);

  const panel = (count: number, isLast: boolean) => {
    w.loop(shape.rows, () => {
      for (const group of groups)
        w.loop(group.count, () => {
          const partOf = (v: number) => (isLast && v === count - 1 ? tail : undefined);
          const sums = Array.from({ length: group.pixels }, () => w.vectors(count));
          for (const row of sums)
            row.forEach((sum, v) => {
              w.load(sum, bias.at(4 * lanes * v), partOf(v));
            });
          w.scope(() => sumUp(w, shape, { x, weights, tapBytes, group, sums }));
          const cells = sums.flatMap((row, p) =>
            row.map((sum, v) => ({
              sum,
              at: y.at(p * yPixel + vectorAt(yVectors, v, lanes)),
              part: shape.isPadded ? undefined : partOf(v),
            })),
          );
          storeEnded(w, yVectors.storage, shape.ending, cells);
          for (const [i, { sum }] of cells.entries())
            if (isLast && (i + 1) % count === 0) {
              const end = Math.floor(i / count) * yPixel + vectorAt(yVectors, count - 1, lanes);
              storeZeros(w, { ...shape, storage: yVectors.storage }, sum, (at) => y.at(end + at));
            }
          x.advance(group.pixels * step * xPixel);
          y.advance(group.pixels * yPixel);
        });
      x.advance(shape.xRow - outWidth * step * xPixel);
      y.advance(shape.yRow - outWidth * yPixel);
    });
    x.advance(-shape.rows * shape.xRow);
    y.advance(-shape.rows * shape.yRow);
  };
  const advance = (blocks: number, bytes: number) => {
    weights.advance(panelBytes);
    y.advance(blocks * yVectors.blockBytes + bytes);
    bias.advance(tapBytes);
  };
  const { vectors } = tile;
  eachPanel(w, { channels: outChannels, vectors, places: yVectors, advance }, panel);
}

interface Sums {
  readonly x: Cursor;
  readonly weights: Cursor;
  readonly tapBytes: number;
  readonly group: PixelGroups;
  readonly sums: readonly (readonly Vec[])[];
}

function sumUp(w: KernelWriter, shape: ConvRows, { x, weights, tapBytes, group, sums }: Sums) {
  const { taps, channels, kernelRows, packedRows, xKernelRow, xBlock } = shape;
  const from = x.fork();
  const weight = weights.fork();
  for (const run of channels) {
    const unroll = unrollOf(run.channels, taps.length);
    const rowBytes = run.channels * taps.length * tapBytes;
    w.loop(run.blocks, () => {
      weight.advance(shape.firstRow * rowBytes);
      w.loop(kernelRows, () => {
        const fetches = fetchesFor(shape, group, run.channels / unroll);
        const ahead = fetches > 0 ? from.fork(group.pixels * shape.step * shape.xPixel) : undefined;
        w.loop(run.channels / unroll, () => {
          for (let line = 0; line < fetches; line++) ahead?.fetch(line * cacheLine);
          ahead?.advance(fetches * cacheLine);
          for (let c = 0; c < unroll; c++)
            taps.forEach((tap, t) => {
              const at = (c * taps.length + t) * tapBytes;
              tapOf(w, shape, { from, weight, at, tap, channel: c, group, sums });
            });
          from.advance(shape.xChannel * unroll);
          weight.advance(unroll * taps.length * tapBytes);
        });
        from.advance(xKernelRow - shape.xChannel * run.channels);
      });
      from.advance(xBlock - kernelRows * xKernelRow);
      weight.advance((packedRows - shape.firstRow - kernelRows) * rowBytes);
    });
  }
}

const cacheLine = 64;

/**
 * Lines to fetch in each of so many rounds over the channels of a block, of the pixels of the group behind this one: a row of blocks is too
 * short, and the next one too far, for the CPU to see them coming. Where taps overlap most of them are there.
 */
function fetchesFor(
  { kernelRows, taps, xPixel, step, xChannel }: ConvRows,
  group: PixelGroups,
  rounds: number,
): number {
  if (kernelRows > 1 || taps.length > step || xChannel > xPixel) return 0;
  return Math.ceil((group.pixels * step * xPixel) / cacheLine / rounds);
}

/** Channels written out one after the other: some four taps. */
function unrollOf(channels: number, taps: number): number {
  return [4, 3, 2].find((n) => channels % n === 0 && n * taps <= 4) ?? 1;
}

interface Tap {
  readonly from: Cursor;
  readonly weight: Cursor;
  readonly at: number;
  readonly tap: number;
  readonly channel: number;
  readonly group: PixelGroups;
  readonly sums: readonly (readonly Vec[])[];
}

function tapOf(
  w: KernelWriter,
  shape: ConvRows,
  { from, weight, at, tap, channel, group, sums }: Tap,
): void {
  const inside = sums.map((_, p) => isInside(shape, group.at + p, tap));
  if (!inside.includes(true)) return;
  const vectorBytes = 4 * w.level.lanes;
  w.scope(() => {
    const weightVectors = (sums[0] ?? []).map((_, v) => {
      const to = w.vector();
      w.vmovups(to, weight.at(at + v * vectorBytes));
      return to;
    });
    const value = weightVectors.length > 1 || w.level.lanes < 16 ? w.vector() : undefined;
    sums.forEach((row, p) => {
      if (!inside[p]) return;
      const pixel = from.at((p * shape.step + tap) * shape.xPixel + channel * shape.xChannel);
      if (value !== undefined) w.vbroadcastss(value, pixel);
      row.forEach((sum, v) => {
        const [weights, x] = [weightVectors[v] ?? sum, value ?? each(pixel)];
        if (shape.pairs) w.vdpbf16ps(sum, weights, x);
        else w.vfmadd231ps(sum, weights, x);
      });
    });
  });
}
