/** The gradient of a direct convolution's weights: sums of each thread over its images, then their sum in PyTorch's order. */
import { internalError } from '../../../core/errors.js';
import type { ConvGeometry } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { type Cells, cellsFor, convGradient } from '../kernels/conv-gradient.js';
import { depthwiseGradient, mostTaps } from '../kernels/depthwise.js';
import { asOneRow } from '../kernels/pixel-groups.js';
import { zeroFill } from '../kernels/weight-order.js';
import type { Kernel, Kernels } from '../kernels.js';
import { type Axis, axisRuns, goesPixelByPixel, inputAt, inputRows, tapsOf } from './axis.js';
import { axesOf } from './conv-direct.js';
import { emitUnpacking, type WeightView } from './packed-weights.js';
import { type Call, KernelPhase, type OfImages, type Operand } from './phase.js';
import { emitPixelPairs, hasPairs, pairedColumns } from './pixel-pairs.js';
import { shareOf } from './shares.js';
import { channelBlocks, pixelsOf, type StoredImage, vectorPlaces } from './stored-image.js';

/** Bytes of all threads' sums: where weights are so large, fewer threads work. */
const mostSumBytes = 2 ** 29;

/** Pixels whose x and dy stay in the first-level cache while all cells are summed. */
const passPixels = 224;

export interface DirectGradient {
  readonly batch: number;
  readonly x: StoredImage;
  readonly dy: StoredImage;
  readonly dw: Pointer;
  /** Whether every channel has a kernel of its own; images then lie in vectors of channels, both in the same layout. */
  readonly isDepthwise: boolean;
}

/** A piece of the work: rows of some images that have the same kernel rows inside. */
interface Piece {
  readonly image: number;
  readonly images: number;
  readonly row: number;
  readonly rows: number;
  readonly first: number;
  readonly kernelRows: number;
}

/** Whether registers can hold the cells of a kernel row. */
export function hasDirectGradient(
  kernels: Kernels,
  { kernel, outChannels }: ConvGeometry,
  isDepthwise: boolean,
): boolean {
  if (isDepthwise) return kernel[1] <= mostTaps;
  const row = { taps: kernel[1], kernelRows: 1, channels: 1 };
  const vectors = Math.ceil(outChannels / kernels.level.lanes);
  return cellsFor(row, vectors, kernels.level) !== undefined;
}

export function emitDirectGradient(
  kernels: Kernels,
  context: LowerContext,
  geometry: ConvGeometry,
  conv: DirectGradient,
): void {
  const { threads } = context;
  const { channels, outChannels, kernel } = geometry;
  const { batch } = conv;
  const [rows, given] = axesOf(geometry);
  const pairs = !conv.isDepthwise && hasPairs(conv.x) && hasPairs(conv.dy);
  const columns = pairs ? pairedColumns(given) : given;
  const pairsOf = (image: StoredImage, axis: Axis) =>
    pairs ? emitPixelPairs(kernels, context, image, batch, axis) : image;
  const x = pairsOf(conv.x, given);
  const alone = { size: given.outSize, kernel: 1, step: 1, padding: 0, dilation: 1 };
  const dy = pairsOf(conv.dy, { ...given, ...alone });
  const taps = kernel[0] * kernel[1];
  const { lanes } = kernels.level;
  const sumBytes = Math.ceil(outChannels / lanes) * lanes * 4;
  const partBytes = channels * taps * sumBytes;
  const blocks = conv.isDepthwise ? [{ first: 0, count: 1 }] : channelBlocks(x);
  const view: WeightView = {
    ...{ channels: outChannels, laneStride: channels * taps },
    ...{ blocks, channelStride: taps },
    rows: Array.from({ length: kernel[0] }, (_, i) => i),
    columns: Array.from({ length: kernel[1] }, (_, i) => i),
    width: kernel[1],
  };
  const byRows = batch < threads;
  const units = byRows ? batch * rows.outSize : batch;
  const parts = Math.max(1, Math.min(threads, units, Math.floor(mostSumBytes / partBytes)));
  const sums = context.scratch(parts * partBytes);
  const images = { ...conv, x, dy };
  const axes = [rows, columns] as const;
  const kernelOf = pieceKernels(kernels, geometry, images, { axes, pairs, sumBytes });
  const pieceCalls = { geometry, axes, view, sumBytes, kernelOf };
  const phase = new KernelPhase(context);
  const operands = {
    ...{ x: phase.operand(x.pointer), dy: phase.operand(dy.pointer), sums: phase.operand(sums) },
  };
  const read = [operands.x, operands.dy];
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    if (thread >= parts) return;
    const share = shareOf(units, thread, parts);
    const size = byRows ? 1 : rows.outSize;
    const pieces = piecesOf(rows, columns.outSize, share.first * size, share.end * size);
    call(kernels.get(zeroFill, { bytes: partBytes }), operands.sums.at(thread * partBytes));
    for (const piece of pieces) {
      ofImages({ first: piece.image, end: piece.image + piece.images });
      emitPiece(call, images, { ...pieceCalls, piece }, operands, thread * partBytes);
    }
  };
  phase.run(list, { images: batch, operands: read, convolved: { from: read, to: [] } });
  emitUnpacking(kernels, context, sums.readonly(), view, conv.dw, { parts, partBytes });
}

/** Rows [start, end) of all images in pieces of about `passPixels`. */
function piecesOf(rows: Axis, width: number, start: number, end: number): Piece[] {
  const { outSize } = rows;
  const runs = axisRuns(rows);
  const pieces: Piece[] = [];
  const step = Math.max(1, Math.round(passPixels / width));
  const longest = Math.min(
    step,
    runs.reduce((most, { count }) => Math.max(most, count), 1),
  );
  const perPass = Math.max(1, Math.floor(passPixels / (width * longest)));
  const addRows = (image: number, images: number, from: number, to: number) => {
    for (const { at, count, first, kernel } of runs) {
      const high = Math.min(at + count, to);
      for (let row = Math.max(at, from); kernel > 0 && row < high; row += step)
        pieces.push({
          ...{ image, images, row, rows: Math.min(step, high - row) },
          ...{ first, kernelRows: kernel },
        });
    }
  };
  const add = (image: number, images: number, from: number, to: number) => {
    for (let i = 0; i < images; i += perPass)
      addRows(image + i, Math.min(perPass, images - i), from, to);
  };
  const firstWhole = Math.ceil(start / outSize);
  const endWhole = Math.floor(end / outSize);
  if (firstWhole > endWhole) add(endWhole, 1, start % outSize, end % outSize);
  else {
    if (start % outSize > 0) add(firstWhole - 1, 1, start % outSize, outSize);
    add(firstWhole, endWhole - firstWhole, 0, outSize);
    if (end % outSize > 0) add(endWhole, 1, 0, end % outSize);
  }
  return pieces;
}

/** The kernel for so many images, rows of them, kernel rows, and channels of a block. */
type PieceKernels = (images: number, rows: number, kernelRows: number, channels: number) => Kernel;

function pieceKernels(
  kernels: Kernels,
  { outChannels }: ConvGeometry,
  { x, dy, isDepthwise }: DirectGradient,
  {
    axes: [rows, columns],
    pairs,
    sumBytes,
  }: Pick<PieceCalls, 'axes' | 'sumBytes'> & { readonly pairs: boolean },
): PieceKernels {
  const { lanes } = kernels.level;
  const shared = {
    ...{ inWidth: columns.size, outWidth: columns.outSize, step: columns.step },
    taps: tapsOf(columns),
    xPixel: x.pixelBytes,
    ...{ xKernelRow: rows.dilation * x.rowBytes, xRow: rows.step * x.rowBytes },
    xImage: x.imageBytes,
    ...{ dyPixel: dy.pixelBytes, dyRow: dy.rowBytes, dyImage: dy.imageBytes },
    ...{ dyVectors: vectorPlaces(dy, lanes), sumBytes },
  };
  const lanewise = { channels: outChannels, xVectors: vectorPlaces(x, lanes) };
  return isDepthwise
    ? kernels.byNumbers(depthwiseGradient, (images, rows, kernelRows) => ({
        ...{ ...shared, ...lanewise, images, rows, kernelRows },
      }))
    : kernels.byNumbers(convGradient, (images, count, kernelRows, channels) => {
        const shape = {
          ...{ ...shared, pairs, images, rows: count, kernelRows },
          ...{ channels, xChannel: x.channelBytes, outChannels },
          cells: cellsOf(kernels, columns.kernel, kernelRows, channels, outChannels),
        };
        return goesPixelByPixel([rows, columns]) && !pairs ? asOneRow(shape) : shape;
      });
}

interface PieceCalls {
  readonly geometry: ConvGeometry;
  readonly axes: readonly [rows: Axis, columns: Axis];
  readonly view: WeightView;
  readonly sumBytes: number;
  readonly kernelOf: PieceKernels;
}

/** Adds a piece to the sums that start at byte `sumsAt`. */
function emitPiece(
  call: Call,
  { x, dy }: DirectGradient,
  {
    geometry,
    axes: [rows, columns],
    view,
    sumBytes,
    kernelOf,
    piece,
  }: PieceCalls & { readonly piece: Piece },
  operands: { readonly x: Operand; readonly dy: Operand; readonly sums: Operand },
  sumsAt: number,
): void {
  const { kernelRows, first } = piece;
  const xRow = inputAt(rows, piece.row, first) * x.rowBytes + piece.image * x.imageBytes;
  const written = { first: piece.row, end: piece.row + piece.rows };
  const meets = inputRows(rows, { first, kernel: kernelRows }, written);
  const dyAt = operands.dy.at(
    piece.image * dy.imageBytes + piece.row * dy.rowBytes,
    pixelsOf(dy, written),
  );
  view.blocks.forEach((block, i) => {
    const cell = block.first * geometry.kernel[0] + first * block.count;
    call(
      kernelOf(piece.images, piece.rows, kernelRows, block.count),
      operands.x.at(xRow + i * x.blockBytes, pixelsOf(x, meets)),
      dyAt,
      operands.sums.at(sumsAt + cell * columns.kernel * sumBytes),
    );
  });
}

function cellsOf(
  { level }: Kernels,
  taps: number,
  kernelRows: number,
  channels: number,
  outChannels: number,
): Cells {
  const vectors = Math.ceil(outChannels / level.lanes);
  const cells = cellsFor({ taps, kernelRows, channels }, vectors, level);
  if (cells === undefined) throw internalError('the cells of a kernel row fit no registers');
  return cells;
}
