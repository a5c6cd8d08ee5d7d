/**
 * Winograd convolution along rows, for kernels that are wide or channels that are few: strips of rows go through transform, eight
 * products and inverse transform in memory that stays in a thread's second-level cache. It computes the gradient of the input,
 * too, where the stride is 1.
 */
import type { Size2d } from '../../../core/shape.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import type { Ending } from '../kernels/ending.js';
import { points } from '../kernels/line-passes.js';
import {
  type LineElements,
  lineInput,
  lineOutput,
  lineWeights,
} from '../kernels/line-transforms.js';
import { product, type Tile, tileFor } from '../kernels/product.js';
import { pairWeights } from '../kernels/weight-order.js';
import type { Kernels } from '../kernels.js';
import {
  type Lines,
  lineVectors,
  outputRuns,
  type Strips,
  stripsOf,
  windowRuns,
} from './line-geometry.js';
import { emitPacking, packedBytes, type WeightView } from './packed-weights.js';
import { type Call, KernelPhase, type OfImages, type Operand } from './phase.js';
import { unitsOf } from './shares.js';
import { blockEnd, type StoredImage } from './stored-image.js';

/** Unused bytes after each matrix of weights. */
const padBytes = 192;

export interface LineConv {
  readonly lines: Lines;
  readonly batch: number;
  readonly from: StoredImage;
  readonly to: StoredImage;
  readonly kernel: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly weights: Pointer;
  /** Floats between the kernels of channels that are written, and of those that are summed over. */
  readonly laneStride: number;
  readonly channelStride: number;
  /** Whether kernels are turned by 180°. */
  readonly isTurned: boolean;
  /** A float for each channel that is written. */
  readonly bias: Pointer;
  readonly ending: Ending;
}

export function emitLines(kernels: Kernels, context: LowerContext, conv: LineConv): void {
  const { lines, batch, from, to, kernel, stride, ending } = conv;
  const { lanes } = kernels.level;
  const columns = Math.ceil(to.channels / lanes) * lanes;
  const tile = tileFor(columns, kernels.level);
  const geometry = { size: from.size, outSize: to.size, kernel, stride, padding: conv.padding };
  // In a plan of that precision pairs of terms are multiplied, as bfloat16.
  const pairs = context.precision === 'bfloat16' && (lines.stride * from.channels) % 2 === 0;
  const elements: Precision = pairs ? 'bfloat16' : 'float32';
  const strips = stripsOf(lines, geometry, { channels: from.channels, columns, elements });
  const { row, matrix, outTile, outRow, outMatrix } = strips;
  const whole = emitWeights(kernels, context, conv, { tile, columns, terms: strips.terms });
  const u = pairs ? emitPairs(kernels, context, whole, { tile, columns }) : whole;
  const terms = strips.terms / (pairs ? 2 : 1);
  const v = context.threadScratch(points * matrix);
  const m = context.threadScratch(points * outMatrix);
  const panel = tile.vectors * lanes * 4;

  const phase = new KernelPhase(context);
  const [x, y] = [phase.operand(from.pointer), phase.operand(to.pointer)];
  const [uAll, bias] = [phase.operand(u.pointer), phase.operand(conv.bias)];
  const [vOwn, mOwn] = [phase.own(v), phase.own(m)];
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    for (const unit of unitsOf(batch * strips.perImage, thread, context.threads)) {
      const strip = stripAt(strips, unit, to.size[0]);
      ofImages({ first: strip.image, end: strip.image + 1 });
      transformWindows(kernels, call, { x, v: vOwn }, { ...conv, strips, strip, elements });
      const products = kernels.get(product, {
        ...{ m: lines.tiles, n: columns, k: terms, pairs, tile },
        ...{ aRow: strips.tile, aStep: 4, cRow: outTile, bStep: panel, bPanel: terms * panel },
        batch: { count: strip.rows, a: stride[0] * row, b: 0, c: outRow },
      });
      for (let e = 0; e < points; e++)
        call(products, vOwn.at(e * matrix), uAll.at(e * u.matrix), mOwn.at(e * outMatrix));
      const back = kernels.get(lineOutput, {
        ...{ rows: strip.rows, runs: outputRuns(lines, to.size[1]), outputs: lines.outputs },
        ...{ vectors: lineVectors(to, 1, lanes), ...blockEnd(to, lanes), ending },
        storage: to.storage,
        ...{ position: to.pixelBytes, step: lines.outputs * to.pixelBytes, imageRow: to.rowBytes },
        ...{ matrix: outMatrix, tile: outTile, matrixRow: outRow },
      });
      const at = strip.image * to.imageBytes + strip.first * to.rowBytes;
      call(back, y.at(at), mOwn.at(0), bias.at(0));
    }
  };
  const convolved = { from: [x], to: [y] };
  phase.run(list, { images: batch, operands: [x, y], convolved });
}

/** Output rows of an image that are computed at once. */
export interface Strip {
  readonly image: number;
  readonly first: number;
  readonly rows: number;
}

export function stripAt({ rows, perImage }: Strips, unit: number, height: number): Strip {
  const image = Math.floor(unit / perImage);
  const first = (unit % perImage) * rows;
  return { image, first, rows: Math.min(rows, height - first) };
}

/** V of all rows that a strip reads; rows outside of the image are zeros. */
export function transformWindows(
  kernels: Kernels,
  call: Call,
  { x, v }: { readonly x: Operand; readonly v: Operand },
  conv: Pick<LineConv, 'lines' | 'from' | 'kernel' | 'stride' | 'padding'> & {
    readonly strips: Strips;
    readonly strip: Strip;
    readonly elements: LineElements;
  },
): void {
  const { lines, from, strips, strip, elements } = conv;
  const position = lines.stride * from.pixelBytes;
  const top = strip.first * conv.stride[0] - conv.padding[0];
  const count = (strip.rows - 1) * conv.stride[0] + conv.kernel[0];
  const first = Math.min(count, Math.max(0, -top));
  const end = Math.max(first, Math.min(count, from.size[0] - top));
  const nothing = [{ first: 0, end: 0, count: lines.tiles }];
  const rowsOf = (start: number, rows: number, runs = windowRuns(lines)) => {
    if (rows === 0) return;
    const kernel = kernels.get(lineInput, {
      ...{ rows, runs, vectors: lineVectors(from, lines.stride, kernels.level.lanes), position },
      ...{ step: lines.outputs * position, imageRow: from.rowBytes, storage: from.storage },
      ...{ matrix: strips.matrix, tile: strips.tile, matrixRow: strips.row, elements },
    });
    const at = strip.image * from.imageBytes + (top + start) * from.rowBytes;
    call(kernel, x.at(at - lines.before * position), v.at(start * strips.row));
  };
  rowsOf(0, first, nothing);
  rowsOf(first, end - first);
  rowsOf(end, count - end, nothing);
}

/** The columns of a kernel, in the order in which they are met. */
export function lineView(
  conv: Pick<LineConv, 'kernel' | 'laneStride' | 'channelStride' | 'isTurned'>,
  channels: number,
  outChannels: number,
): WeightView {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
  const met = (n: number) => (conv.isTurned ? upTo(n).toReversed() : upTo(n));
  return {
    ...{ channels: outChannels, laneStride: conv.laneStride },
    ...{ blocks: [{ first: 0, count: channels }], channelStride: conv.channelStride },
    ...{ rows: met(conv.kernel[0]), columns: met(conv.kernel[1]), width: conv.kernel[1] },
  };
}

/** U = G g of all weights, [point][panel][kernel row][pixel of a position][channel]. */
function emitWeights(
  kernels: Kernels,
  context: LowerContext,
  conv: LineConv,
  sizes: { readonly tile: Tile; readonly columns: number; readonly terms: number },
) {
  const { lines, from, to, kernel } = conv;
  const { tile, columns, terms } = sizes;
  const { lanes } = kernels.level;
  const { vectors } = tile;
  const { channels } = from;
  const view = lineView(conv, channels, to.channels);
  const packed = emitPacking(kernels, context, conv.weights, [{ view, at: 0 }], vectors);
  const panel = vectors * lanes * 4;
  const panels = Math.ceil(columns / (vectors * lanes));
  const packedPanel = packedBytes(view, { vectors, lanes }) / panels;
  const matrix = panels * terms * panel + padBytes;
  const u = context.scratch(points * matrix);
  const phase = new KernelPhase(context);
  const [given, made] = [phase.operand(packed), phase.operand(u)];
  phase.run((thread, call) => {
    for (const unit of unitsOf(panels * lines.stride, thread, context.threads)) {
      const [p, pixel] = [Math.floor(unit / lines.stride), unit % lines.stride];
      const transform = kernels.get(lineWeights, {
        ...{ rows: kernel[0], channels, taps: lines.taps[pixel] ?? [] },
        vectors: Math.min(vectors, columns / lanes - p * vectors),
        ...{ packedTap: panel, packedChannel: kernel[1] * panel },
        packedRow: channels * kernel[1] * panel,
        ...{ matrix, row: lines.stride * channels * panel, channel: panel },
      });
      const to = p * terms * panel + pixel * channels * panel;
      call(transform, given.at(p * packedPanel), made.at(to));
    }
  });
  return { pointer: u.readonly(), matrix, terms };
}

/** U with pairs of terms. */
function emitPairs(
  kernels: Kernels,
  context: LowerContext,
  { pointer, matrix, terms }: ReturnType<typeof emitWeights>,
  { tile, columns }: { readonly tile: Tile; readonly columns: number },
) {
  const { vectors } = tile;
  const panel = terms * vectors * kernels.level.lanes * 4;
  const panels = Math.ceil(columns / (vectors * kernels.level.lanes));
  const narrow = (panels * panel) / 2 + padBytes;
  const u = context.scratch(points * narrow);
  const phase = new KernelPhase(context);
  const [from, to] = [phase.operand(pointer), phase.operand(u)];
  const kernel = kernels.get(pairWeights, { rows: (panels * terms) / 2, vectors });
  phase.run((thread, call) => {
    for (const e of unitsOf(points, thread, context.threads))
      call(kernel, from.at(e * matrix), to.at(e * narrow));
  });
  return { pointer: u.readonly(), matrix: narrow, terms: terms / 2 };
}
