/** The gradient of a convolution's weights by products of tiles of bfloat16. */
import type { Block } from '../../compiler/layout.js';
import type { ConvGeometry } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { tileGradient } from '../kernels/tile-gradient.js';
import { unpackWeights, zeroFill } from '../kernels/weight-order.js';
import type { Kernel, Kernels } from '../kernels.js';
import { tileBytes } from '../tiles.js';
import type { Axis } from './axis.js';
import { axesOf } from './conv-direct.js';
import { areReachable, type Call, KernelPhase, type OfImages, type Operand } from './phase.js';
import { shareOf, unitsOf } from './shares.js';
import type { StoredImage } from './stored-image.js';
import {
  type At,
  type Blocks,
  callsForDy,
  callsForX,
  elementsOf,
  type PieceLayout,
  type PieceRows,
  pieceLayout,
  stepsOfPiece,
  tileLanes,
} from './tile-pieces.js';
import { callsForRuns, isRun, paddedBytes, runColumns } from './tile-runs.js';

/** Bytes of a thread's pieces of x and dy, which stay in its second-level cache with its sums. */
const pieceBytes = 2 ** 20;

/** Bytes of sums from which on they would not stay there: channels are shared by the threads then, not images. */
const mostSumBytes = 3 * 2 ** 18;

/** Products that follow each other at least, where images are small: sums are read and written once for them. */
const worthReading = 16;

/** Blocks of outputs whose sums over the whole batch are made at once, where channels are shared. */
const partOutputs = 8;

/** Bytes of the sums of 16 lanes. */
const laneSums = 4 * tileLanes;

export interface TileWeightGradient {
  readonly batch: number;
  /** As bfloat16, in blocks of 16 channels or with all channels side by side, or planes of floats. */
  readonly x: StoredImage;
  readonly dy: StoredImage;
  readonly dw: Pointer;
}

/** What is summed over. */
interface Sums {
  readonly axes: readonly [Axis, Axis];
  /** The same, but where runs of pixels are positions, whose columns are met as a kernel of one column does. */
  readonly met: readonly [Axis, Axis];
  readonly inRuns: boolean;
  /** Of a position. */
  readonly elements: number;
  readonly blocks: Blocks;
  /** Bytes between outputs in the sums, `[block of x][output][element of the kernel][lane][16]`, and between blocks of x. */
  readonly sRow: number;
  readonly sGroup: number;
}

interface Plan extends TileWeightGradient, Sums {
  readonly kernels: Kernels;
  readonly context: LowerContext;
  readonly geometry: ConvGeometry;
}

function sumsOf(geometry: ConvGeometry, block: Block): Sums {
  const { channels, outChannels } = geometry;
  const axes = axesOf(geometry);
  const [rows, columns] = axes;
  const inRuns = isRun(block);
  const isBlocked = block === tileLanes;
  const elements = inRuns ? channels * columns.kernel : isBlocked ? tileLanes : channels;
  const blocks = {
    groups: isBlocked ? Math.ceil(channels / tileLanes) : 1,
    lanes: Math.ceil(elements / tileLanes),
    outputs: Math.ceil(outChannels / tileLanes),
  };
  const across = inRuns ? runColumns(columns) : columns;
  const sRow = rows.kernel * across.kernel * blocks.lanes * laneSums;
  const sGroup = blocks.outputs * tileLanes * sRow;
  return { axes, met: [rows, across], inRuns, elements, blocks, sRow, sGroup };
}

/** Pixels of an image from which on it fills enough of its products. */
const fewestPixels = 8;

/** Whether products of tiles pay and can be laid out, for x in a layout. */
export function isSummedInTiles(geometry: ConvGeometry, block: Block): boolean {
  const { batch, outSize } = geometry;
  const { met, blocks } = sumsOf(geometry, block);
  const { x, dy } = pieceLayout(met, outSize[0], blocks);
  return outSize[0] * outSize[1] >= fewestPixels && areReachable(batch * x, batch * dy);
}

export function emitTileGradient(
  kernels: Kernels,
  context: LowerContext,
  geometry: ConvGeometry,
  conv: TileWeightGradient,
): void {
  const sums = sumsOf(geometry, conv.x.block);
  const plan: Plan = { ...conv, ...sums, kernels, context, geometry };
  if (sums.blocks.groups * sums.sGroup > mostSumBytes) emitParts(plan);
  else emitPieces(plan);
}

/** The kernel that adds a piece of some images to the sums of some blocks. */
function productOf(
  { kernels, sRow }: Pick<Plan, 'kernels' | 'sRow'>,
  { groups, outputs }: Pick<Blocks, 'groups' | 'outputs'>,
  layout: PieceLayout,
  { images, steps, accumulates }: { images: number; steps: number; accumulates: boolean },
): Kernel {
  const { group, lane, lanes, dy, x } = layout;
  const sGroup = outputs * tileLanes * sRow;
  const ofGroup = elementsOf(layout).flatMap((element) =>
    Array.from({ length: lanes }, (_, i) => element + i * lane),
  );
  // A kernel of one element has few columns: those of some blocks of x are summed at once.
  const together = ofGroup.length > 1 ? 1 : ([2, 3].find((n) => groups % n === 0) ?? 1);
  const columns = Array.from({ length: together }, (_, g) =>
    ofGroup.map((x, i) => ({ x: g * group + x, s: g * sGroup + i * laneSums })),
  ).flat();
  return kernels.get(tileGradient, {
    images: { count: images, dy, x },
    outputs: { count: outputs, dy: layout.steps * tileBytes },
    groups: { count: groups / together, x: together * group, s: together * sGroup },
    ...{ steps, columns, sRow, accumulates },
  });
}

/** Each thread sums over its images in its cache; then the threads' sums are added. */
function emitPieces(plan: Plan): void {
  const { kernels, context, geometry, batch, axes, met, blocks, sGroup } = plan;
  const { threads } = context;
  const [rows] = axes;
  const whole = pieceLayout(met, rows.outSize, blocks);
  const byRows = batch < threads;
  const least = byRows ? Math.ceil(threads / batch) : 1;
  const strips = Math.min(
    rows.outSize,
    Math.max(least, Math.ceil((whole.x + whole.dy) / pieceBytes)),
  );
  const most = Math.ceil(rows.outSize / strips);
  const layout = pieceLayout(met, most, blocks);
  const together = strips > 1 ? 1 : Math.ceil(worthReading / layout.steps);
  const units = batch * strips;
  const parts = byRows ? Math.min(threads, units) : threads;
  const partBytes = blocks.groups * sGroup;
  const sums = context.scratch(parts * partBytes + laneSums);
  const [xOwn, dyOwn] = [
    context.threadScratch(together * layout.x),
    context.threadScratch(together * layout.dy),
  ];
  const copy = context.threadScratch(paddedBytes(plan.x, axes, most));

  const phase = new KernelPhase(context);
  const [x, dy, s] = [
    phase.operand(plan.x.pointer),
    phase.operand(plan.dy.pointer),
    phase.operand(sums),
  ];
  const own = { x: phase.own(xOwn), dy: phase.own(dyOwn), copy: phase.own(copy) };
  const pieceOf = (unit: number): PieceRows => {
    const image = Math.floor(unit / strips);
    const { first, end } = shareOf(rows.outSize, unit % strips, strips);
    return { image, row: first, count: end - first };
  };
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    if (thread >= parts) return;
    const share = byRows
      ? shareOf(units, thread, parts)
      : scaled(shareOf(batch, thread, parts), strips);
    call(kernels.get(zeroFill, { bytes: partBytes }), s.at(thread * partBytes));
    for (let unit = share.first; unit < share.end; unit += together) {
      const images = Math.min(together, share.end - unit);
      for (let i = 0; i < images; i++) {
        const piece = pieceOf(unit + i);
        ofImages({ first: piece.image, end: piece.image + 1 });
        const to = (operand: Operand, each: number) => (at: number) => operand.at(i * each + at);
        emitOperands(
          plan,
          call,
          layout,
          piece,
          { x, dy },
          {
            x: to(own.x, layout.x),
            dy: to(own.dy, layout.dy),
            copy: to(own.copy, 0),
          },
        );
      }
      const steps = stepsOfPiece(layout, pieceOf(unit));
      const kernel = productOf(plan, blocks, layout, { images, steps, accumulates: true });
      call(kernel, own.dy.at(0), own.x.at(0), s.at(thread * partBytes));
    }
  };
  phase.run(list, { images: batch, operands: [x, dy], convolved: { from: [x, dy], to: [] } });

  const last = new KernelPhase(context);
  const [given, dw] = [last.operand(sums.readonly()), last.operand(plan.dw)];
  const { outChannels } = geometry;
  last.run((thread, call) => {
    for (const unit of unitsOf(blocks.groups * blocks.outputs, thread, threads)) {
      const first = Math.floor(unit / blocks.groups) * tileLanes;
      const count = Math.min(tileLanes, outChannels - first);
      const group = unit % blocks.groups;
      const from = group * sGroup + first * plan.sRow;
      const some = { group, first, count, parts, partBytes };
      emitWeights(plan, call, some, (at) => given.at(from + at), dw);
    }
  });
}

const scaled = ({ first, end }: ReturnType<typeof shareOf>, by: number) => ({
  first: first * by,
  end: end * by,
});

interface Places {
  readonly x: At;
  readonly dy: At;
  readonly copy: At;
}

function emitOperands(
  { kernels, x, dy, axes, elements, inRuns }: Plan,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  given: { readonly x: Operand; readonly dy: Operand },
  to: Places,
): void {
  const ofX = { image: x, from: (at: number) => given.x.at(at), to: to.x };
  if (inRuns)
    callsForRuns(kernels, call, layout, piece, { ...ofX, columns: axes[1], copy: to.copy });
  else callsForX(kernels, call, layout, piece, { ...ofX, elements });
  const ofDy = { image: dy, from: (at: number) => given.dy.at(at), to: to.dy };
  callsForDy(kernels, call, layout, piece, ofDy);
}

/** Sums of some outputs and a block of x. */
interface SomeSums {
  readonly group: number;
  readonly first: number;
  readonly count: number;
  readonly parts: number;
  readonly partBytes: number;
}

/** Brings sums into PyTorch's order, adding those of all threads. */
function emitWeights(
  { kernels, geometry, x, sRow, inRuns, blocks }: Plan,
  call: Call,
  { group, first, count, parts, partBytes }: SomeSums,
  from: At,
  dw: Operand,
): void {
  const { channels, kernel } = geometry;
  const taps = kernel[0] * kernel[1];
  const ofPixel = x.block === tileLanes ? tileLanes : channels;
  const place = (tap: number) => {
    if (!inRuns) return tap * blocks.lanes * laneSums;
    const row = Math.floor(tap / kernel[1]);
    return (row * sRow) / kernel[0] + 4 * (tap % kernel[1]) * channels;
  };
  const floats = Array.from({ length: taps }, (_, tap) => ({ from: tap, to: place(tap) }));
  for (let at = 0; at < ofPixel; at += tileLanes) {
    const channel = group * tileLanes + at;
    const order = {
      ...{ rows: Math.min(tileLanes, channels - channel), rowBytes: 4 * taps },
      ...{ steps: count, stepBytes: 4 * channels * taps, packedStep: sRow, floats },
    };
    const unpack = kernels.get(unpackWeights, { ...order, parts, partBytes });
    call(unpack, from(4 * at), dw.at(4 * taps * (first * channels + channel)));
  }
}

/** The operands of the whole batch are made first; then each thread sums over it for some channels. */
function emitParts(plan: Plan): void {
  const { context, geometry, batch, axes, met, blocks, sRow } = plan;
  const { threads } = context;
  const [rows] = axes;
  const layout = pieceLayout(met, rows.outSize, blocks);
  const [xAll, dyAll] = [context.scratch(batch * layout.x), context.scratch(batch * layout.dy)];
  const copied = context.threadScratch(paddedBytes(plan.x, axes, rows.outSize));

  const phase = new KernelPhase(context);
  const given = { x: phase.operand(plan.x.pointer), dy: phase.operand(plan.dy.pointer) };
  const made = { x: phase.operand(xAll), dy: phase.operand(dyAll), copy: phase.own(copied) };
  const read = [given.x, given.dy];
  phase.run(
    (thread, call, ofImages) => {
      for (const image of unitsOf(batch, thread, threads)) {
        ofImages({ first: image, end: image + 1 });
        emitOperands(plan, call, layout, { image, row: 0, count: rows.outSize }, given, {
          x: (at) => made.x.at(image * layout.x + at),
          dy: (at) => made.dy.at(image * layout.dy + at),
          copy: (at) => made.copy.at(at),
        });
      }
    },
    { images: batch, operands: [...read, made.x, made.dy], convolved: { from: read, to: [] } },
  );

  const { groups, outputs } = blocks;
  const part = Math.min(partOutputs, outputs);
  const own = context.threadScratch(part * tileLanes * sRow + laneSums);
  const last = new KernelPhase(context);
  const [x, dy] = [last.operand(xAll.readonly()), last.operand(dyAll.readonly())];
  const [sums, dw] = [last.own(own), last.operand(plan.dw)];
  const inBatch = { images: batch, steps: layout.steps, accumulates: false };
  last.run((thread, call) => {
    for (const unit of unitsOf(Math.ceil(outputs / part) * groups, thread, threads)) {
      const firstBlock = Math.floor(unit / groups) * part;
      const some = { groups: 1, outputs: Math.min(part, outputs - firstBlock) };
      const group = unit % groups;
      const kernel = productOf(plan, some, layout, inBatch);
      const dyAt = dy.at(firstBlock * layout.steps * tileBytes);
      call(kernel, dyAt, x.at(group * layout.group), sums.at(0));
      const first = firstBlock * tileLanes;
      const count = Math.min(some.outputs * tileLanes, geometry.outChannels - first);
      const made = { group, first, count, parts: 1, partBytes: 0 };
      emitWeights(plan, call, made, (at) => sums.at(at), dw);
    }
  });
}
