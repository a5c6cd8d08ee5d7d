/** Direct convolution, and the gradients of its input and its weights: of any kernel, stride, padding and dilation. */

import type { ConvGeometry } from '../../compiler/lower/conv-geometry.js';
import { gradientPhases } from '../../compiler/lower/gradient-phases.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { convRows } from '../kernels/conv-rows.js';
import { depthwiseRows } from '../kernels/depthwise.js';
import type { Ending } from '../kernels/ending.js';
import { asOneRow } from '../kernels/pixel-groups.js';
import { evenPieces, type Tile } from '../kernels/product.js';
import { pairWeights } from '../kernels/weight-order.js';
import type { Kernel, Kernels } from '../kernels.js';
import type { VectorLevel } from '../vector-levels.js';
import {
  type Axis,
  type AxisRun,
  axisRuns,
  goesPixelByPixel,
  inputAt,
  inputRows,
  tapsOf,
} from './axis.js';
import { emitPacking, type Packing, packedBytes, type WeightView } from './packed-weights.js';
import { type Call, KernelPhase, type Operand } from './phase.js';
import { shareOf, unitsOf } from './shares.js';
import {
  blockEnd,
  channelBlocks,
  channelRuns,
  pixelsOf,
  type StoredImage,
  vectorPlaces,
} from './stored-image.js';
import { evenStrips, type Strip } from './strips.js';

export function axesOf(geometry: ConvGeometry): readonly [Axis, Axis] {
  const { size, outSize, kernel, stride, padding, dilation } = geometry;
  const axis = (i: 0 | 1) => ({
    ...{ size: size[i], outSize: outSize[i], kernel: kernel[i] },
    ...{ step: stride[i], padding: padding[i], dilation: dilation[i] },
  });
  return [axis(0), axis(1)];
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

export interface DirectConv {
  readonly batch: number;
  readonly from: StoredImage;
  readonly to: StoredImage;
  readonly weights: Pointer;
  /** A float for each channel that is written. */
  readonly bias: Pointer;
  readonly ending: Ending;
  /** Whether every channel has a kernel of its own; images then lie in vectors of channels, both in the same layout. */
  readonly isDepthwise: boolean;
}

/** What is summed over for a channel that is written. */
const summedBlocks = ({ isDepthwise, from }: DirectConv) =>
  isDepthwise ? [{ first: 0, count: 1 }] : channelBlocks(from);

export function emitDirect(
  kernels: Kernels,
  context: LowerContext,
  geometry: ConvGeometry,
  conv: DirectConv,
): void {
  emitParts(kernels, context, conv, directParts(geometry, conv), geometry.outSize[1]);
}

/** A convolution as its one part. */
export function directParts(geometry: ConvGeometry, conv: DirectConv): Part[] {
  const { channels, outChannels, kernel } = geometry;
  const taps = kernel[0] * kernel[1];
  const view: WeightView = {
    ...{ channels: outChannels, laneStride: channels * taps },
    ...{ blocks: summedBlocks(conv), channelStride: taps },
    ...{ rows: upTo(kernel[0]), columns: upTo(kernel[1]), width: kernel[1] },
  };
  return [{ view, axes: axesOf(geometry), first: 0, every: [1, 1] }];
}

/** dx = dy ∗ w turned: for every phase of the stride a convolution that writes every so many pixels. */
export function emitDirectInput(
  kernels: Kernels,
  context: LowerContext,
  geometry: ConvGeometry,
  conv: DirectConv,
): void {
  const { size, stride } = geometry;
  emitParts(kernels, context, conv, inputParts(geometry, conv), Math.ceil(size[1] / stride[1]));
}

/** The gradient of the input as convolutions of dy. */
export function inputParts(geometry: ConvGeometry, conv: DirectConv): Part[] {
  const { channels, kernel, stride, size, outSize, padding, dilation } = geometry;
  const taps = kernel[0] * kernel[1];
  const along = (i: 0 | 1) =>
    gradientPhases(size[i], kernel[i], stride[i], padding[i], dilation[i]).map((phase) => ({
      phase: phase.phase,
      elements: upTo(phase.taps.count).map((k) => phase.taps.first + k * phase.taps.step),
      axis: {
        ...{ size: outSize[i], outSize: phase.count, kernel: phase.taps.count, step: 1 },
        ...{ padding: phase.padding, dilation: phase.dilation },
      },
    }));
  return along(0).flatMap((row) =>
    along(1).map((column) => ({
      view: {
        ...{ channels: conv.to.channels, laneStride: taps },
        ...{ blocks: summedBlocks(conv), channelStride: channels * taps },
        ...{ rows: row.elements, columns: column.elements, width: kernel[1] },
      },
      axes: [row.axis, column.axis] as const,
      first: row.phase * conv.to.rowBytes + column.phase * conv.to.pixelBytes,
      every: stride,
    })),
  );
}

/** A convolution that writes some of the pixels. */
export interface Part {
  readonly view: WeightView;
  readonly axes: readonly [Axis, Axis];
  /** Byte of the first pixel that is written, and rows and columns from one to the next. */
  readonly first: number;
  readonly every: readonly [number, number];
}

function emitParts(
  kernels: Kernels,
  context: LowerContext,
  conv: DirectConv,
  parts: readonly Part[],
  width: number,
): void {
  const { threads } = context;
  const outChannels = conv.to.channels;
  const { lanes } = kernels.level;
  const tile = conv.isDepthwise
    ? { vectors: 1, rows: 0 }
    : directTile(Math.ceil(outChannels / lanes), widthOf(parts, width), kernels.level);
  let packedEnd = 0;
  const packings = parts.map(({ view }): Packing => {
    const at = packedEnd;
    packedEnd += packedBytes(view, { vectors: tile.vectors, lanes });
    return { view, at };
  });
  const isNothing = packedEnd === 0; // No output meets any input: what is written is the bias.
  const pairs = readsPairs(conv);
  const whole = isNothing
    ? conv.bias
    : emitPacking(kernels, context, conv.weights, packings.filter(hasTaps), tile.vectors);
  const packed = pairs && !isNothing ? emitPairs(kernels, context, whole, packings, tile) : whole;

  const phase = new KernelPhase(context);
  const operands = {
    ...{ x: phase.operand(conv.from.pointer), weights: phase.operand(packed) },
    ...{ y: phase.operand(conv.to.pointer), bias: phase.operand(conv.bias) },
  };
  const { x, y } = operands;
  const convolved = { from: [x], to: [y] };
  const listed = parts.map((part, i) => ({
    ...{ part, runs: axisRuns(part.axes[0]) },
    kernelOf: rowKernels(kernels, conv, part, tile),
    at: (packings[i]?.at ?? 0) / (pairs ? 2 : 1),
  }));
  const strips = stripsOf(conv, parts, packedEnd);
  phase.run(
    (thread, call, ofImages) => {
      // Image by image: the parts of one read the same pixels and write between each other's.
      for (let image = 0; image < conv.batch; image++) {
        ofImages({ first: image, end: image + 1 });
        for (const strip of strips)
          for (const one of listed) {
            const share = shareOf(conv.batch * one.part.axes[0].outSize, thread, threads);
            emitRows(call, conv, { ...one, image, share, strip }, operands);
          }
      }
    },
    { images: conv.batch, operands: [x, y], convolved },
  );
}

/** Rows of all parts that are computed together. All weights are read for each of them: they take less of a cache than the rows. */
function stripsOf({ from, to }: DirectConv, parts: readonly Part[], weightBytes: number) {
  const rows = Math.max(...parts.map(({ axes }) => axes[0].outSize));
  const bytes = Math.max(from.imageBytes, to.imageBytes) / rows;
  return evenStrips(rows, weightBytes > mostWeightBytes ? 0 : bytes);
}

const mostWeightBytes = 32 * 1024;

/** Whether channels are multiplied two at a time, as bfloat16. */
const readsPairs = ({ from, isDepthwise }: Pick<DirectConv, 'from' | 'isDepthwise'>) =>
  from.storage === 'bfloat16' && !isDepthwise;

/** The packed weights as pairs of channels. */
function emitPairs(
  kernels: Kernels,
  context: LowerContext,
  weights: Pointer,
  packings: readonly Packing[],
  { vectors }: Tile,
): Pointer {
  const { lanes } = kernels.level;
  const to = context.scratch(weights.region.bytes / 2);
  const phase = new KernelPhase(context);
  const [from, pairs] = [phase.operand(weights), phase.operand(to)];
  phase.run((thread, call) => {
    for (const { view, at } of packings.filter(hasTaps)) {
      const panels = Math.ceil(view.channels / lanes / vectors);
      const panelBytes = packedBytes(view, { vectors, lanes }) / panels;
      const taps = view.columns.length * vectors;
      for (const panel of unitsOf(panels, thread, context.threads)) {
        let start = at + panel * panelBytes;
        for (const { count } of view.blocks) {
          const rows = view.rows.length * (count / 2);
          call(
            kernels.get(pairWeights, { rows, vectors: taps }),
            from.at(start),
            pairs.at(start / 2),
          );
          start += rows * 2 * taps * 4 * lanes;
        }
      }
    }
  });
  return to.readonly();
}

const hasTaps = ({ view: { rows, columns } }: Packing) => rows.length * columns.length > 0;

interface Operands {
  readonly x: Operand;
  readonly weights: Operand;
  readonly y: Operand;
  readonly bias: Operand;
}

/** The kernels of a part, of which images need the same ones. */
type RowKernels = (rows: number, kernelRows: number, firstRow: number) => Kernel;

function rowKernels(
  kernels: Kernels,
  { from, to, ending, isDepthwise }: DirectConv,
  part: Part,
  tile: Tile,
): RowKernels {
  const [rows, columns] = part.axes;
  const { lanes } = kernels.level;
  const shared = {
    inWidth: columns.size,
    outWidth: columns.outSize,
    step: columns.step,
    taps: tapsOf(columns),
    xPixel: from.pixelBytes,
    xKernelRow: rows.dilation * from.rowBytes,
    xRow: rows.step * from.rowBytes,
    ...blockEnd(to, lanes),
    yPixel: part.every[1] * to.pixelBytes,
    yRow: part.every[0] * to.rowBytes,
    yVectors: vectorPlaces(to, lanes),
    packedRows: rows.kernel,
    ending,
  };
  const pairs = readsPairs({ from, isDepthwise });
  const perStep = pairs ? 2 : 1;
  const summed = {
    channels: channelRuns(from).map(({ blocks, channels }) => ({
      ...{ blocks, channels: channels / perStep },
    })),
    xChannel: perStep * from.channelBytes,
    pairs,
    xBlock: from.blockBytes,
    outChannels: to.channels,
    tile,
  };
  const lanewise = { channels: to.channels, xVectors: vectorPlaces(from, lanes) };
  return isDepthwise
    ? kernels.byNumbers(depthwiseRows, (rows, kernelRows, firstRow) => ({
        ...{ ...shared, ...lanewise, rows, kernelRows, firstRow },
      }))
    : kernels.byNumbers(convRows, (rows, kernelRows, firstRow) => {
        const shape = { ...shared, ...summed, rows, kernelRows, firstRow };
        return isOneRow(part) ? asOneRow(shape) : shape;
      });
}

/** What of a part is to be computed: rows [first, end) of all images, in this image. */
interface PartRows {
  readonly part: Part;
  /** Rows of the part with the same kernel rows inside. */
  readonly runs: readonly AxisRun[];
  readonly kernelOf: RowKernels;
  /** Byte of the part's packed weights. */
  readonly at: number;
  readonly image: number;
  readonly share: { readonly first: number; readonly end: number };
  /** Of this image's rows, those that are to be computed now. */
  readonly strip: Strip;
}

function emitRows(
  call: Call,
  { from, to }: DirectConv,
  { part, runs, kernelOf, at, image, share, strip }: PartRows,
  { x, weights, y, bias }: Operands,
): void {
  const [rows] = part.axes;
  const shareStart = share.first - image * rows.outSize;
  const shareEnd = share.end - image * rows.outSize;
  for (const run of runs) {
    const row = Math.max(run.at, strip.first, shareStart);
    const end = Math.min(run.at + run.count, strip.end, shareEnd);
    if (row >= end) continue;
    const written = part.first + row * part.every[0] * to.rowBytes;
    call(
      kernelOf(end - row, run.kernel, run.first),
      x.at(
        image * from.imageBytes + inputAt(rows, row, run.first) * from.rowBytes,
        pixelsOf(from, inputRows(rows, run, { first: row, end })),
      ),
      weights.at(at),
      y.at(
        image * to.imageBytes + written,
        pixelsOf(to, writtenRows(written, part, to, end - row)),
      ),
      bias.at(0),
    );
  }
}

/** Whether rows go on in each other: every pixel is written, and meets the one at its place alone. */
const isOneRow = ({ axes, every }: Part) =>
  goesPixelByPixel(axes) && every.every((step) => step === 1);

/** Pixels that a group may be of. */
const widthOf = (parts: readonly Part[], width: number) =>
  parts.every(isOneRow) ? width * (parts[0]?.axes[0].size ?? 1) : width;

function writtenRows(written: number, { every }: Part, { rowBytes }: StoredImage, count: number) {
  const first = Math.floor(written / rowBytes);
  return { first, end: first + (count - 1) * every[0] + 1 };
}

/** The tile for which a row of `width` pixels takes the fewest cycles: of multiply-adds, of loads, of bytes of weights. */
function directTile(vectors: number, width: number, { registers, lanes }: VectorLevel): Tile {
  const widest = registers === 32 ? 4 : 2;
  const tiles = [4, 3, 2, 1]
    .filter((v) => v <= Math.min(vectors, widest))
    .map((v) => {
      // Beside the sums: a tap's weights and the float that meets them, and later the two that they end with.
      const beside = Math.max(v + (v > 1 || lanes < 16 ? 1 : 0), 2);
      const most = Math.floor((registers - beside) / v);
      const cycles = evenPieces(width, most).reduce((sum, { count, size }) => {
        const bound = Math.max((size * v) / 2, (size + v) / 2, 2 * v, 4);
        return sum + count * bound;
      }, 0);
      const panels = Math.floor(vectors / v) + (vectors % v) / v;
      return { tile: { vectors: v, rows: most }, cycles: cycles * panels };
    });
  tiles.sort((a, b) => a.cycles - b.cycles);
  return tiles[0]?.tile ?? { vectors: 1, rows: 1 };
}
