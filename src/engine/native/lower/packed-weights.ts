/**
 * A direct convolution's weights as its kernels read them: [panel][block of channels][kernel row][channel][tap][vectors],
 * copied from PyTorch's order before each run, and summed back into it after a gradient.
 */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { packWeights, unpackWeights, type WeightOrder } from '../kernels/weight-order.js';
import type { Kernels } from '../kernels.js';
import { type Call, KernelPhase } from './phase.js';
import { unitsOf } from './shares.js';

/** Weights in PyTorch's order, seen by who sums over them. */
export interface WeightView {
  /** Channels that are written, which become the vectors' lanes, and floats between them. */
  readonly channels: number;
  readonly laneStride: number;
  /** Blocks of the channels that are summed over, and floats between channels. */
  readonly blocks: readonly { readonly first: number; readonly count: number }[];
  readonly channelStride: number;
  /** The kernel's rows and columns in the order in which they are met: elements of the kernel, which is so wide. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly width: number;
}

/** How vectors are grouped: so many to a panel, of so many floats. */
export interface PanelWidth {
  readonly vectors: number;
  readonly lanes: number;
}

/** Bytes of a panel for all channels. */
function panelBytes({ blocks, rows, columns }: WeightView, width: PanelWidth): number {
  const channels = blocks.reduce((sum, { count }) => sum + count, 0);
  return channels * rows.length * columns.length * width.vectors * 4 * width.lanes;
}

/** Bytes of the packed weights. */
export function packedBytes(view: WeightView, width: PanelWidth): number {
  const panels = Math.ceil(view.channels / width.lanes / width.vectors);
  return panels * panelBytes(view, width);
}

/** A block of channels of a block of lanes: where it lies, and what its order depends on beside the view. */
interface Piece {
  readonly plainAt: number;
  readonly packedAt: number;
  /** Lanes that are there, and channels. */
  readonly written: number;
  readonly count: number;
}

function pieceOf(
  { rows, columns, laneStride, channelStride, channels }: WeightView,
  laneBlock: number,
  { first, count }: WeightView['blocks'][number],
  { lanes, tapBytes }: TapWidth,
): Piece {
  return {
    plainAt: 4 * (laneBlock * lanes * laneStride + first * channelStride),
    packedAt: first * rows.length * columns.length * tapBytes,
    written: Math.min(lanes, channels - laneBlock * lanes),
    count,
  };
}

/** Floats of a vector, and bytes from one tap's vectors to the next. */
interface TapWidth {
  readonly lanes: number;
  readonly tapBytes: number;
}

function orderOf(
  view: WeightView,
  { lanes, tapBytes }: TapWidth,
  written: number,
  count: number,
): WeightOrder {
  const { rows, columns, width, laneStride, channelStride } = view;
  const taps = rows.length * columns.length;
  const tapsOf = (c: number) =>
    rows.flatMap((row, i) =>
      columns.map((column, j) => ({
        from: c * channelStride + row * width + column,
        to: ((i * count + c) * columns.length + j) * tapBytes,
      })),
    );
  // Kernels of one element: a step takes a vector of channels, which lie side by side.
  const isDense = taps === 1 && channelStride === 1 && count % lanes === 0;
  const perStep = isDense ? lanes : 1;
  return {
    ...{ rows: written, rowBytes: 4 * laneStride },
    steps: count / perStep,
    stepBytes: 4 * perStep * channelStride,
    packedStep: perStep * columns.length * tapBytes,
    floats: Array.from({ length: perStep }, (_, c) => tapsOf(c)).flat(),
  };
}

/** One of several weights that are packed together, and where. */
export interface Packing {
  readonly view: WeightView;
  readonly at: number;
}

/** Copies weights in panels of `vectors`. */
export function emitPacking(
  kernels: Kernels,
  context: LowerContext,
  weights: Pointer,
  packings: readonly Packing[],
  vectors: number,
): Pointer {
  const { lanes } = kernels.level;
  const vectorBytes = 4 * lanes;
  const width = { vectors, lanes };
  const bytes = packings.reduce(
    (end, { view, at }) => Math.max(end, at + packedBytes(view, width)),
    0,
  );
  const packed = context.scratch(bytes);
  const phase = new KernelPhase(context);
  const [from, to] = [phase.operand(weights), phase.operand(packed)];
  const taps = { lanes, tapBytes: vectors * vectorBytes };
  const eachPacking = packings.map((packing) => ({
    ...packing,
    kernelOf: kernels.byNumbers(packWeights, (written, count) =>
      orderOf(packing.view, taps, written, count),
    ),
  }));
  phase.run((thread, call) => {
    for (const { view, at, kernelOf } of eachPacking)
      eachBlock(view, lanes, [thread, context.threads], (laneBlock, block) => {
        const piece = pieceOf(view, laneBlock, block, taps);
        const panel = Math.floor(laneBlock / vectors) * panelBytes(view, width);
        const place = at + panel + (laneBlock % vectors) * vectorBytes + piece.packedAt;
        call(kernelOf(piece.written, piece.count), from.at(piece.plainAt), to.at(place));
      });
  });
  return packed.readonly();
}

/** Sums `parts` gradients [block][row][channel][tap][lanes], `partBytes` apart, into PyTorch's order. */
export function emitUnpacking(
  kernels: Kernels,
  context: LowerContext,
  sums: Pointer,
  view: WeightView,
  weights: Pointer,
  { parts, partBytes }: { readonly parts: number; readonly partBytes: number },
): void {
  const { lanes } = kernels.level;
  const taps = { lanes, tapBytes: Math.ceil(view.channels / lanes) * 4 * lanes };
  const kernelOf = kernels.byNumbers(unpackWeights, (written, count) => ({
    ...{ ...orderOf(view, taps, written, count), parts, partBytes },
  }));
  const phase = new KernelPhase(context);
  const [from, to] = [phase.operand(sums), phase.operand(weights)];
  phase.run((thread, call: Call) => {
    eachBlock(view, lanes, [thread, context.threads], (laneBlock, block) => {
      const piece = pieceOf(view, laneBlock, block, taps);
      call(
        kernelOf(piece.written, piece.count),
        from.at(piece.packedAt + laneBlock * 4 * lanes),
        to.at(piece.plainAt),
      );
    });
  });
}

function eachBlock(
  { channels, blocks }: WeightView,
  lanes: number,
  [thread, threads]: readonly [number, number],
  body: (laneBlock: number, block: WeightView['blocks'][number]) => void,
): void {
  for (const unit of unitsOf(Math.ceil(channels / lanes) * blocks.length, thread, threads)) {
    const block = blocks[unit % blocks.length];
    if (block !== undefined) body(Math.floor(unit / blocks.length), block);
  }
}
