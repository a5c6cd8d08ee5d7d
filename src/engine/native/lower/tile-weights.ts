/** What a convolution by tiles sums over, in steps of 32 numbers, and the weights in that order. */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { packTileWeights } from '../kernels/tile-weights.js';
import { zeroFill } from '../kernels/weight-order.js';
import type { Kernels } from '../kernels.js';
import { tileBytes } from '../tiles.js';
import { tapsOf } from './axis.js';
import type { WeightView } from './packed-weights.js';
import { KernelPhase } from './phase.js';
import { unitsOf } from './shares.js';
import type { StoredImage } from './stored-image.js';
import { type Axes, type Field, fieldChannels } from './tile-field.js';

/** Numbers that a product of tiles sums over. */
export const stepChannels = 32;
const lanes = 16;

export interface Steps {
  /** Bytes of the field from a pixel, in each round; from one round to the next it is 64. */
  readonly steps: readonly number[];
  readonly rounds: number;
  /** Whether the channels of an element lie in steps of their own, each at its number by 32. */
  readonly isWhole: boolean;
  /** The step in which channel `channel` of kernel element (row, column), counted among those that are met, is summed up, and its place there. */
  readonly placeOf: (
    row: number,
    column: number,
    channel: number,
  ) => { readonly step: number; readonly at: number };
}

/**
 * Channels of a pixel that fill steps are summed up element by element of the kernel; where they do not, a row of the kernel is one run of
 * numbers, since pixels lie side by side.
 */
export function stepsOf(image: StoredImage, field: Field, [rows, columns]: Axes): Steps {
  const channels = fieldChannels(image);
  const [rowTaps, columnTaps] = [tapsOf(rows), tapsOf(columns)];
  const isRun = channels % stepChannels !== 0 && columns.dilation === 1;
  const runs = isRun
    ? rowTaps.map((row) => field.at(row, columnTaps[0] ?? 0))
    : rowTaps.flatMap((row) => columnTaps.map((column) => field.at(row, column)));
  const length = isRun ? channels * columnTaps.length : channels;
  const perRun = Math.ceil(length / stepChannels);
  const inRounds = channels % stepChannels === 0;
  const steps = inRounds
    ? runs
    : runs.flatMap((at) => Array.from({ length: perRun }, (_, i) => at + 64 * i));
  return {
    steps: columnTaps.length === 0 ? [] : steps,
    rounds: inRounds ? perRun : 1,
    isWhole: inRounds || (!isRun && perRun === 1),
    placeOf(row, column, channel) {
      const run = isRun ? row : row * columnTaps.length + column;
      const number = isRun ? column * channels + channel : channel;
      const part = Math.floor(number / stepChannels);
      const step = inRounds ? part * runs.length + run : run * perRun + part;
      return { step, at: number % stepChannels };
    },
  };
}

/** Weights of one of several convolutions that are packed together, and where. */
export interface TilePacking {
  readonly view: WeightView;
  readonly steps: Steps;
  readonly at: number;
}

const vectorsOf = ({ channels }: WeightView) => Math.ceil(channels / lanes);

/** Bytes of the weights of 16 channels that are written. */
export const vectorBytesOf = ({ steps, rounds }: Steps): number =>
  steps.length * rounds * tileBytes;

export function packedTileBytes(view: WeightView, steps: Steps): number {
  return vectorsOf(view) * vectorBytesOf(steps);
}

/** Packs all of them; there is at least one element. */
export function emitTilePacking(
  kernels: Kernels,
  context: LowerContext,
  weights: Pointer,
  packings: readonly TilePacking[],
): Pointer {
  const ends = packings.map(({ view, steps, at }) => at + packedTileBytes(view, steps));
  const packed = context.scratch(Math.max(...ends));
  const phase = new KernelPhase(context);
  const [from, to] = [phase.operand(weights), phase.operand(packed)];
  phase.run((thread, call) => {
    for (const packing of packings) {
      const { view, steps, at } = packing;
      const bytes = vectorBytesOf(steps);
      if (bytes === 0) continue;
      const calls = callsOf(packing);
      for (const vector of unitsOf(vectorsOf(view), thread, context.threads)) {
        const start = at + vector * bytes;
        if (hasGaps(packing)) call(kernels.get(zeroFill, { bytes }), to.at(start));
        const lane = vector * lanes;
        const rows = Math.min(lanes, view.channels - lane);
        for (const { pair, shape } of calls)
          call(
            kernels.get(packTileWeights, { ...shape, rows }),
            from.at(4 * (lane * view.laneStride + 2 * pair * view.channelStride)),
            to.at(start),
          );
      }
    }
  });
  return packed.readonly();
}

const summedChannels = ({ blocks }: WeightView) =>
  blocks.reduce((sum, { count }) => sum + count, 0);

/** Whether some places of the steps belong to no channel. */
function hasGaps({ view, steps: { steps, rounds } }: TilePacking): boolean {
  const elements = summedChannels(view) * view.rows.length * view.columns.length;
  return elements < steps.length * rounds * stepChannels;
}

/** The kernels for the pairs of channels from `pair` on: all in one where steps are those of whole elements. */
function callsOf({ view, steps }: TilePacking) {
  const { laneStride, channelStride, rows, columns, width } = view;
  const channels = summedChannels(view);
  const pairs = Math.ceil(channels / 2);
  const isOdd = channels % 2 === 1;
  const floatsFrom = (channel: number) =>
    rows.flatMap((row, i) =>
      columns.map((column, j) => {
        const { step, at } = steps.placeOf(i, j, channel);
        return { from: row * width + column, to: step * tileBytes + (at / 2) * 64 };
      }),
    );
  const shared = { rowBytes: 4 * laneStride, channelBytes: 4 * channelStride };
  const groupBytes = steps.steps.length * tileBytes;
  if (steps.isWhole)
    return [{ pair: 0, shape: { ...shared, pairs, isOdd, groupBytes, floats: floatsFrom(0) } }];
  return Array.from({ length: pairs }, (_, pair) => {
    const isSingle = isOdd && pair === pairs - 1;
    const shape = { ...shared, pairs: 1, isOdd: isSingle, groupBytes };
    return { pair, shape: { ...shape, floats: floatsFrom(2 * pair) } };
  });
}
