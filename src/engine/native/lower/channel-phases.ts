/** Phases of batch normalisation and of sums over channels, by what the kernels that they replace are told. */
import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import {
  type Bounds,
  channelSums,
  type GradientSums,
  gradientSums,
  momentSums,
  normalize,
  normalizeGradient,
  pixelsAtOnce,
  type Stream,
  type SumStream,
} from '../kernels/channel-streams.js';
import { zeroFill } from '../kernels/weight-order.js';
import type { Kernel, Kernels } from '../kernels.js';
import { areReachable, KernelPhase, type Operand, type Place } from './phase.js';
import { isWorthWriting, type StoredReplacement, type StoredReplacements } from './replacement.js';
import { shareOf, unitsOf } from './shares.js';
import { evenStrips } from './strips.js';

/** Whole planes are shared out where every thread gets some. */
const planesPerThread = 8;

/** What a thread works on at once: blocks of channels of an image, or some pixels of them. */
interface Piece extends Pick<Stream, 'groups' | 'pixels'> {
  readonly image: number;
  readonly group: number;
  /** Of those of the image. */
  readonly first: number;
}

/** A tensor as the replaced kernels see it. */
interface Sizes {
  readonly images: number;
  readonly groups: number;
  readonly pixels: number;
  readonly block: number;
}

interface Channels extends Sizes {
  readonly storage: Precision;
}

/** Undefined where the emitted kernels do not fit. */
function channelsOf(sizes: Sizes, storage: Precision): Channels | undefined {
  const { images, groups, pixels, block } = sizes;
  const count = images * groups * pixels * block;
  const isReachable = areReachable(count * bytesOf(storage));
  const fits = block % 4 === 0 && isWorthWriting(count) && isReachable;
  return fits ? { images, groups, pixels, block, storage } : undefined;
}

function* piecesOf(channels: Channels, thread: number, threads: number): Generator<Piece> {
  const { images, groups, pixels, block, storage } = channels;
  const planes = images * groups;
  if (images % threads === 0) {
    const strips = evenStrips(pixels, groups * block * bytesOf(storage), pixelsAtOnce);
    for (const image of unitsOf(images, thread, threads))
      for (const { first, end } of strips)
        yield { image, first, group: 0, groups, pixels: end - first };
    return;
  }
  if (planes >= planesPerThread * threads) {
    const { first, end } = shareOf(planes, thread, threads);
    for (let plane = first; plane < end; ) {
      const group = plane % groups;
      const count = Math.min(groups - group, end - plane);
      const image = Math.floor(plane / groups);
      yield { image, first: 0, group, groups: count, pixels };
      plane += count;
    }
    return;
  }
  const { first, end } = shareOf(planes * pixels, thread, threads);
  for (let at = first; at < end; ) {
    const plane = Math.floor(at / pixels);
    const count = Math.min(end, (plane + 1) * pixels) - at;
    const image = Math.floor(plane / groups);
    yield { image, first: at % pixels, group: plane % groups, groups: 1, pixels: count };
    at += count;
  }
}

/** A pointer that goes along with a pass: by pixels, by channels, or as it is. */
interface Operands {
  readonly phase: KernelPhase;
  /** All that `tensor` has been asked for. */
  readonly tensors: readonly Operand[];
  readonly tensor: (pointer: Pointer) => (piece: Piece) => Place;
  readonly param: (pointer: Pointer) => (piece: Piece) => Place;
}

function operandsOf(
  context: LowerContext,
  { groups, pixels: all, block, storage }: Channels,
): Operands {
  const phase = new KernelPhase(context);
  const tensors: Operand[] = [];
  return {
    phase,
    tensors,
    tensor(pointer) {
      const operand = phase.operand(pointer);
      tensors.push(operand);
      return ({ image, group, first, pixels }) => {
        const at = (image * groups + group) * all + first;
        const apart = block * bytesOf(storage);
        return operand.at(at * apart, { first, end: first + pixels, apart });
      };
    },
    param(pointer) {
      const operand = phase.operand(pointer);
      return ({ group }) => operand.at(4 * group * block);
    },
  };
}

type Places = readonly ((piece: Piece) => Place)[];

/** Emits a pass without sums: `places` are a kernel's arguments for a piece. */
function emitPass(
  context: LowerContext,
  channels: Channels,
  { phase, tensors }: Operands,
  places: Places,
  kernelOf: (stream: Stream) => Kernel,
): void {
  const { block, storage, images } = channels;
  const { threads } = context;
  phase.run(
    (thread, call, ofImages) => {
      for (const piece of piecesOf(channels, thread, threads)) {
        const { groups, pixels, image } = piece;
        const kernel = kernelOf({ groups, pixels, plane: channels.pixels, block, storage });
        ofImages({ first: image, end: image + 1 });
        call(kernel, ...places.map((place) => place(piece)));
      }
    },
    { images, operands: tensors },
  );
}

/** The threads' sums: of each `count` per channel. */
function sumsOf(phase: KernelPhase, { groups, block }: Channels, pointer: Pointer, count: number) {
  const apart = 8 * Math.ceil((groups * block) / 4) * 4;
  const operand: Operand = phase.operand(pointer);
  const partBytes = count * apart;
  const at = (thread: number, group = 0) => operand.at(thread * partBytes + 8 * group * block);
  return { apart, partBytes, at };
}

type Sums = ReturnType<typeof sumsOf>;

/** Emits a pass that sums: `before` and `after` are a kernel's arguments around its sums. */
function emitSums(
  kernels: Kernels,
  context: LowerContext,
  channels: Channels,
  { phase, tensors }: Operands,
  { apart, partBytes, at }: Sums,
  { before, after = [] }: { readonly before: Places; readonly after?: Places },
  kernelOf: (stream: SumStream) => Kernel,
): void {
  const { block, storage, images } = channels;
  const { threads } = context;
  phase.run(
    (thread, call, ofImages) => {
      call(kernels.get(zeroFill, { bytes: partBytes }), at(thread));
      for (const piece of piecesOf(channels, thread, threads)) {
        const { groups, pixels, group, image } = piece;
        const plane = channels.pixels;
        const kernel = kernelOf({ groups, pixels, plane, block, storage, apart });
        const places = [...before.map((place) => place(piece)), at(thread, group)];
        ofImages({ first: image, end: image + 1 });
        call(kernel, ...places, ...after.map((place) => place(piece)));
      }
    },
    { images, operands: tensors },
  );
}

const batchNormSums: StoredReplacement<KernelArguments['batchNormSums']> = (
  kernels,
  context,
  args,
  storage,
) => {
  const channels = channelsOf(args, storage);
  if (channels === undefined) return false;
  const operands = operandsOf(context, channels);
  const from = operands.tensor(args.x);
  const { images } = channels;
  // Values of the first image that the thread has, where each has as many, as the kernel that adds their sums expects.
  const each = images / context.threads;
  const first = (piece: Piece) => {
    const shift = Number.isInteger(each) ? piece.image - (piece.image % each) : 0;
    return from({ ...piece, image: shift, first: 0 });
  };
  const sums = sumsOf(operands.phase, channels, args.sums, 2);
  emitSums(kernels, context, channels, operands, sums, { before: [from, first] }, (stream) =>
    kernels.get(momentSums, stream),
  );
  return true;
};

const sumsOfChannels: StoredReplacement<KernelArguments['channelSums']> = (
  kernels,
  context,
  args,
  storage,
) => {
  const channels = channelsOf(args, storage);
  if (channels === undefined) return false;
  const operands = operandsOf(context, channels);
  const before = [operands.tensor(args.x)];
  const sums = sumsOf(operands.phase, channels, args.sums, 1);
  emitSums(kernels, context, channels, operands, sums, { before }, (stream) =>
    kernels.get(channelSums, stream),
  );
  return true;
};

const batchNormApply: StoredReplacement<KernelArguments['batchNormApply']> = (
  kernels,
  context,
  { x, scale, shift, y, low, high, residual, ...sizes },
  storage,
) => {
  const channels = channelsOf(sizes, storage);
  if (channels === undefined) return false;
  const operands = operandsOf(context, channels);
  const { tensor, param } = operands;
  const places = [tensor(x), param(scale), param(shift), tensor(y)];
  if (residual !== undefined) places.push(tensor(residual));
  const more = { bounds: boundsOf({ low, high }), hasResidual: residual !== undefined };
  emitPass(context, channels, operands, places, (stream) =>
    kernels.get(normalize, { ...stream, ...more }),
  );
  return true;
};

/** Those of a kernel that has them as numbers. */
function boundsOf({ low, high }: { readonly low: number; readonly high: number }): Bounds {
  const finite = (end: number) => (Number.isFinite(end) ? end : undefined);
  return { low: finite(low), high: finite(high) };
}

/** The sums of a gradient; `extra`: the arguments of what is fused behind the normalisation. */
function backwardSums<Told extends KernelArguments['batchNormBackwardSums']>(
  gradientOf: (args: Told) => GradientSums['gradient'],
  extra: (args: Told, operands: Operands) => Places,
): StoredReplacement<Told> {
  return (kernels, context, args, storage) => {
    const channels = channelsOf(args, storage);
    if (channels === undefined) return false;
    const { x, dy, mean } = args;
    // It has none for what fills the last block.
    if (mean.region.bytes < 4 * channels.groups * channels.block) return false;
    const operands = operandsOf(context, channels);
    const { phase, tensor, param } = operands;
    const before = [tensor(x), tensor(dy), param(mean)];
    const sums = sumsOf(phase, channels, args.sums, 2);
    const after = extra(args, operands);
    emitSums(kernels, context, channels, operands, sums, { before, after }, (stream) =>
      kernels.get(gradientSums, { ...stream, gradient: gradientOf(args) }),
    );
    return true;
  };
}

/** The gradient of x; `boundOf`: where a relu or a clamp follows, its bounds and the shift of what it is given. */
function backwardApply<Told extends KernelArguments['batchNormBackwardApply']>(
  boundOf: (args: Told) => { readonly shift: Pointer; readonly bounds: Bounds } | undefined,
): StoredReplacement<Told> {
  return (kernels, context, args, storage) => {
    const channels = channelsOf(args, storage);
    if (channels === undefined) return false;
    const { x, dy, terms, dx } = args;
    const bound = boundOf(args);
    const operands = operandsOf(context, channels);
    const { tensor, param } = operands;
    const places = [tensor(x), tensor(dy), param(terms), tensor(dx)];
    if (bound !== undefined) places.push(param(bound.shift));
    const apart = 4 * channels.groups * channels.block;
    emitPass(context, channels, operands, places, (stream) =>
      kernels.get(normalizeGradient, { ...stream, bounds: bound?.bounds, apart }),
    );
    return true;
  };
}

export const channelReplacements: StoredReplacements = {
  batchNormSums,
  batchNormApply,
  channelSums: sumsOfChannels,
  batchNormBackwardSums: backwardSums(
    () => 'plain',
    () => [],
  ),
  batchNormReluBackwardSums: backwardSums(
    (args) => boundsOf(args),
    ({ scale, shift }, { param }) => [param(scale), param(shift)],
  ),
  batchNormResidualBackwardSums: backwardSums(
    () => 'residual',
    ({ y, masked }, { tensor }) => [tensor(y), tensor(masked)],
  ),
  batchNormBackwardApply: backwardApply(() => undefined),
  batchNormReluBackwardApply: backwardApply((args) => ({
    shift: args.shift,
    bounds: boundsOf(args),
  })),
};
