/** Phases of max pooling, alone or behind batch normalisation, by what the kernels that they replace are told. */
import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import {
  type GatherRun,
  poolGradient,
  poolRows,
  type WindowRun,
  type WindowTap,
} from '../kernels/max-pool.js';
import type { Kernels } from '../kernels.js';
import { runsOf } from '../runs.js';
import { type Axis, axisRuns, inputAt, inputRows } from './axis.js';
import { areReachable, type Call, KernelPhase, type OfImages } from './phase.js';
import { type Images, pixelsOfRows } from './phase-calls.js';
import { isWorthWriting, type StoredReplacement, type StoredReplacements } from './replacement.js';
import { shareOf, unitsOf } from './shares.js';
import { evenStrips } from './strips.js';

/** Elements of a window whose numbers stay in registers. */
const mostTaps = 16;

/** Pooling of planes: of images × blocks of channels, of which an image has so many. */
interface Pooling {
  readonly planes: number;
  readonly groups: number;
  readonly block: number;
  readonly storage: Precision;
  readonly axes: readonly [rows: Axis, columns: Axis];
}

type PoolArguments = KernelArguments['maxPoolBlocks2x2'];
type PoolGradientArguments = KernelArguments['maxPoolBlocks2x2Backward'];
type NormPoolArguments = KernelArguments['batchNormReluPool'];
type NormPoolGradientArguments = KernelArguments['batchNormReluPoolBackward'];

/** Pooling alone. */
function poolingOf(
  args: PoolArguments | PoolGradientArguments,
  storage: Precision,
  groups = 1,
): Pooling | undefined {
  const { planes, block } = args;
  const rows: Axis = {
    ...{ size: args.height, outSize: args.outHeight, kernel: args.kernelH },
    ...{ step: args.strideH, padding: args.paddingH, dilation: args.dilationH },
  };
  const columns: Axis = {
    ...{ size: args.width, outSize: args.outWidth, kernel: args.kernelW },
    ...{ step: args.strideW, padding: args.paddingW, dilation: args.dilationW },
  };
  return fitting({ planes, groups, block, storage, axes: [rows, columns] });
}

/** That behind batch normalisation, whose windows are 2 × 2. */
function normPoolingOf(
  args: NormPoolArguments | NormPoolGradientArguments,
  storage: Precision,
): Pooling | undefined {
  const { images, groups, height, width, block } = args;
  const axis = (size: number): Axis => {
    const outSize = Math.floor(size / 2);
    return { size, outSize, kernel: 2, step: 2, padding: 0, dilation: 1 };
  };
  const axes = [axis(height), axis(width)] as const;
  return fitting({ planes: images * groups, groups, block, storage, axes });
}

function fitting(pooling: Pooling): Pooling | undefined {
  const { planes, block, storage, axes } = pooling;
  const [rows, columns] = axes;
  const count = planes * block * rows.size * columns.size;
  const fits =
    block % 4 === 0 &&
    isWorthWriting(count) &&
    rows.kernel * columns.kernel <= mostTaps &&
    axes.every(({ dilation, outSize }) => dilation === 1 && outSize > 0) &&
    areReachable(count * bytesOf(storage));
  return fits ? pooling : undefined;
}

/** What is fused with pooling: pointers to values per channel, and to tensors. */
interface ForwardOperands {
  readonly x: Pointer;
  readonly y: Pointer;
  readonly index: Pointer | undefined;
  readonly relu: boolean;
  readonly norm?: {
    readonly scale: Pointer;
    readonly shift: Pointer;
    readonly winners: Pointer;
  };
}

function emitForward(
  kernels: Kernels,
  context: LowerContext,
  pooling: Pooling,
  { norm, relu, ...given }: ForwardOperands,
): void {
  const { planes, groups, block, storage, axes } = pooling;
  const [rows, columns] = axes;
  const phase = new KernelPhase(context);
  const [x, y] = [phase.operand(given.x), phase.operand(given.y)];
  const index = given.index && phase.operand(given.index);
  const [scale, shift] = [norm?.scale, norm?.shift].map((p) => p && phase.operand(p));
  const winners = norm && phase.operand(norm.winners);
  const pixel = block * bytesOf(storage);
  const windows = (first: number, kernelRows: number): WindowRun[] =>
    axisRuns(columns).map((run) => ({
      count: run.count,
      taps: grid(kernelRows, run.kernel).map(([u, v]) => ({
        number: (first + u) * columns.kernel + run.first + v,
        ...{ row: first + u, pixel: run.first + v },
      })),
    }));
  const rowRuns = axisRuns(rows);
  const kernelOf = kernels.byNumbers(poolRows, (count, first, kernelRows) => ({
    ...{ block, storage, rows: count, width: columns.size, outWidth: columns.outSize },
    ...{ stride: [rows.step, columns.step] as const, norm: norm !== undefined, relu },
    ...{ runs: windows(first, kernelRows), hasIndex: index !== undefined },
  }));
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    for (const { plane, first, end } of bandsOf(pooling, thread, context.threads)) {
      ofImages(imageOf(plane, pooling));
      for (const run of rowRuns) {
        const row = Math.max(first, run.at);
        const count = Math.min(end, run.at + run.count) - row;
        if (count <= 0) continue;
        const read = inputRows(rows, run, { first: row, end: row + count });
        const from = plane * rows.size + inputAt(rows, row, 0);
        const to = (plane * rows.outSize + row) * columns.outSize;
        const met = pixelsOfRows(read, columns.size, pixel);
        const made = { first: row, end: row + count };
        const written = pixelsOfRows(made, columns.outSize, pixel);
        const places = [
          x.at((from * columns.size - columns.padding) * pixel, met),
          y.at(to * pixel, written),
        ];
        if (index) places.push(index.at(to * block, pixelsOfRows(made, columns.outSize, block)));
        const channel = 4 * block * (plane % groups);
        if (scale && shift && winners)
          places.push(scale.at(channel), shift.at(channel), winners.at(to * pixel, written));
        call(kernelOf(count, run.first, run.kernel), ...places);
      }
    }
  };
  const operands = [x, y, ...(index ? [index] : []), ...(winners ? [winners] : [])];
  phase.run(list, { images: planes / groups, operands });
}

/** Rows [first, end) of the output in a plane. */
interface Band {
  readonly plane: number;
  readonly first: number;
  readonly end: number;
}

/** A thread's share: whole images where each has as many, in strips of rows through all planes, else rows of all planes. */
function* bandsOf(
  { planes, groups, block, storage, axes: [rows, columns] }: Pooling,
  thread: number,
  threads: number,
): Generator<Band> {
  const images = planes / groups;
  if (images % threads === 0) {
    const rowBytes = groups * rows.step * columns.size * block * bytesOf(storage);
    for (const image of unitsOf(images, thread, threads))
      for (const strip of evenStrips(rows.outSize, rowBytes))
        for (let group = 0; group < groups; group++)
          yield { plane: image * groups + group, ...strip };
    return;
  }
  const share = shareOf(planes * rows.outSize, thread, threads);
  for (let at = share.first; at < share.end; ) {
    const plane = Math.floor(at / rows.outSize);
    const first = at - plane * rows.outSize;
    const end = Math.min(rows.outSize, first + share.end - at);
    yield { plane, first, end };
    at += end - first;
  }
}

/** The image that a plane is of. */
function imageOf(plane: number, { groups }: { readonly groups: number }): Images {
  const image = Math.floor(plane / groups);
  return { first: image, end: image + 1 };
}

function grid(rows: number, columns: number): [number, number][] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
}

/** Positions of the larger image that follow each other in steps of the stride, all with the same windows. */
interface Phase {
  readonly first: number;
  readonly count: number;
  /** Kernel elements, and the output from the step's own. */
  readonly taps: readonly { readonly element: number; readonly output: number }[];
}

/** Step q of an axis has the positions q · stride − padding + phase. */
function phasesOf(axis: Axis, phase: number): Phase[] {
  const { size, outSize, kernel, step, padding } = axis;
  const taps = Array.from({ length: stepsOf(axis) }, (_, q) => {
    const position = q * step - padding + phase;
    if (position < 0 || position >= size) return undefined;
    return Array.from({ length: kernel }, (_, element) => ({
      element,
      output: (phase - element) / step,
    })).filter(({ output }) => {
      return Number.isInteger(output) && q + output >= 0 && q + output < outSize;
    });
  });
  return runsOf(taps).flatMap(({ value, at, count }) =>
    value === undefined ? [] : [{ first: at, count, taps: value }],
  );
}

const stepsOf = ({ size, step, padding }: Axis) => Math.ceil((size + padding) / step);

interface BackwardOperands {
  readonly dy: Pointer;
  readonly index: Pointer;
  readonly dx: Pointer;
  /** The result of a relu; behind batch normalisation the winners. */
  readonly y: Pointer | undefined;
  readonly norm?: {
    readonly groups: number;
    readonly x: Pointer;
    readonly terms: Pointer;
    readonly shift: Pointer;
  };
}

function emitBackward(
  kernels: Kernels,
  context: LowerContext,
  { planes, block, storage, axes: [rows, columns] }: Pooling,
  { norm, ...given }: BackwardOperands,
): void {
  const phase = new KernelPhase(context);
  const [dy, index, dx] = [given.dy, given.index, given.dx].map((p) => phase.operand(p));
  if (dy === undefined || index === undefined || dx === undefined) return;
  const y = given.y && phase.operand(given.y);
  const [x, terms, shift] = [norm?.x, norm?.terms, norm?.shift].map((p) => p && phase.operand(p));
  const pixel = block * bytesOf(storage);
  const shared = {
    ...{ block, storage, width: columns.size, outWidth: columns.outSize },
    ...{ stride: [rows.step, columns.step] as const, norm: norm !== undefined },
    ...{ relu: y !== undefined, apart: norm ? 4 * norm.groups * block : 0 },
  };
  const runs = Array.from({ length: rows.step }, (_, phase) =>
    phasesOf(rows, phase).map(({ first, count, taps }) => ({
      ...{ first, phase },
      kernel: kernels.get(poolGradient, {
        ...{ ...shared, rows: count, runs: gatherRuns(taps, columns) },
      }),
    })),
  ).flat();
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    for (const plane of unitsOf(planes, thread, context.threads)) {
      if (norm) ofImages(imageOf(plane, norm));
      for (const run of runs) {
        const row = plane * rows.size + run.first * rows.step - rows.padding + run.phase;
        const to = (row * columns.size - columns.padding) * pixel;
        const from = (plane * rows.outSize + run.first) * columns.outSize;
        const channel = 4 * block * (norm ? plane % norm.groups : 0);
        const places = [dy.at(from * pixel), index.at(from * block), dx.at(to)];
        if (y) places.push(y.at(from * pixel));
        if (x && terms && shift) places.push(x.at(to), terms.at(channel), shift.at(channel));
        call(run.kernel, ...places);
      }
    }
  };
  const tensors = [dy, index, dx, ...(y ? [y] : []), ...(x ? [x] : [])];
  phase.run(list, norm && { images: planes / norm.groups, operands: tensors });
}

/** The steps along a row whose windows' rows are given: for each of a step's pixels its windows. */
function gatherRuns(inRows: Phase['taps'], columns: Axis): GatherRun[] {
  const { step, kernel } = columns;
  const phases = Array.from({ length: step }, (_, p) => phasesOf(columns, p));
  const steps = Array.from({ length: stepsOf(columns) }, (_, q) =>
    phases.map((list): readonly WindowTap[] | undefined => {
      const found = list.find(({ first, count }) => q >= first && q < first + count);
      return found?.taps.flatMap((column) =>
        inRows.map((row) => ({
          number: row.element * kernel + column.element,
          ...{ row: row.output, pixel: column.output },
        })),
      );
    }),
  );
  return runsOf(steps).map(({ value: pixels, count }) => ({ count, pixels }));
}

const maxPool: StoredReplacement<PoolArguments> = (kernels, context, args, storage) => {
  const pooling = poolingOf(args, storage, args.groups);
  if (pooling === undefined) return false;
  const { x, y, low, index } = args;
  emitForward(kernels, context, pooling, { x, y, index, relu: low === 0 });
  return true;
};

const maxPoolBackward: StoredReplacement<PoolGradientArguments> = (
  kernels,
  context,
  args,
  storage,
) => {
  const pooling = poolingOf(args, storage);
  if (pooling === undefined) return false;
  emitBackward(kernels, context, pooling, args);
  return true;
};

const normPool: StoredReplacement<NormPoolArguments> = (kernels, context, args, storage) => {
  const pooling = normPoolingOf(args, storage);
  if (pooling === undefined) return false;
  const { x, y, index } = args;
  emitForward(kernels, context, pooling, { x, y, index, relu: true, norm: args });
  return true;
};

const normPoolBackward: StoredReplacement<NormPoolGradientArguments> = (
  kernels,
  context,
  args,
  storage,
) => {
  const pooling = normPoolingOf(args, storage);
  if (pooling === undefined) return false;
  const { dy, index, dx, winners } = args;
  emitBackward(kernels, context, pooling, { dy, index, dx, y: winners, norm: args });
  return true;
};

export const poolReplacements: StoredReplacements = {
  maxPoolBlocks: maxPool,
  maxPoolBlocks2x2: maxPool,
  maxPoolBlocksBackward: maxPoolBackward,
  maxPoolBlocks2x2Backward: maxPoolBackward,
  batchNormReluPool: normPool,
  batchNormReluPoolBackward: normPoolBackward,
};
