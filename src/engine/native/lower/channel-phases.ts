/** Phases of batch normalisation and of sums over channels, in the words of the kernels that they replace. */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import {
  channelSums,
  gradientSums,
  momentSums,
  normalize,
  normalizeGradient,
  type Stream,
  type SumStream,
} from '../kernels/channel-streams.js';
import { zeroFill } from '../kernels/weight-order.js';
import type { Kernel, Kernels } from '../kernels.js';
import { areReachable, KernelPhase, type Operand, type Place } from './phase.js';
import {
  isWorthWriting,
  type StoredReplacement,
  type StoredReplacements,
  type Words,
} from './replacement.js';
import { shareOf } from './shares.js';

/** Whole planes are shared out where every thread gets some. */
const planesPerThread = 8;

/** What a thread works on at once: blocks of channels of an image, or a part of one. */
interface Piece extends Pick<Stream, 'groups' | 'pixels'> {
  /** In pixels from the first. */
  readonly at: number;
  readonly group: number;
}

/** A tensor as the replaced kernels see it: words 1 to 4. */
interface Channels {
  readonly images: number;
  readonly groups: number;
  readonly pixels: number;
  readonly block: number;
  readonly storage: Precision;
}

/** Undefined where the emitted kernels do not fit. */
function channelsOf(words: Words, storage: Precision): Channels | undefined {
  const [images, groups, pixels, block] = words.numbers(1, 2, 3, 4);
  const count = images * groups * pixels * block;
  const isReachable = areReachable(count * bytesOf(storage));
  const fits = block % 4 === 0 && isWorthWriting(count) && isReachable;
  return fits ? { images, groups, pixels, block, storage } : undefined;
}

function* piecesOf(channels: Channels, thread: number, threads: number): Generator<Piece> {
  const { images, groups, pixels } = channels;
  const planes = images * groups;
  if (planes >= planesPerThread * threads) {
    const { first, end } = shareOf(planes, thread, threads);
    for (let plane = first; plane < end; ) {
      const group = plane % groups;
      const count = Math.min(groups - group, end - plane);
      yield { at: plane * pixels, group, groups: count, pixels };
      plane += count;
    }
    return;
  }
  const { first, end } = shareOf(planes * pixels, thread, threads);
  for (let at = first; at < end; ) {
    const plane = Math.floor(at / pixels);
    const count = Math.min(end, (plane + 1) * pixels) - at;
    yield { at, group: plane % groups, groups: 1, pixels: count };
    at += count;
  }
}

/** A pointer that goes along with a pass: by pixels, by channels, or as it is. */
interface Operands {
  readonly phase: KernelPhase;
  readonly tensor: (pointer: Pointer) => (piece: Piece) => Place;
  readonly param: (pointer: Pointer) => (piece: Piece) => Place;
}

function operandsOf(context: LowerContext, { block, storage }: Channels): Operands {
  const phase = new KernelPhase(context);
  return {
    phase,
    tensor(pointer) {
      const operand = phase.operand(pointer);
      return ({ at }) => operand.at(at * block * bytesOf(storage));
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
  { phase }: Operands,
  places: Places,
  kernelOf: (stream: Stream) => Kernel,
): void {
  const { block, storage } = channels;
  phase.run((thread, call) => {
    for (const piece of piecesOf(channels, thread, context.threads)) {
      const { groups, pixels } = piece;
      const kernel = kernelOf({ groups, pixels, block, storage });
      call(kernel, ...places.map((place) => place(piece)));
    }
  });
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
  { phase }: Operands,
  { apart, partBytes, at }: Sums,
  { before, after = [] }: { readonly before: Places; readonly after?: Places },
  kernelOf: (stream: SumStream) => Kernel,
): void {
  const { block, storage } = channels;
  phase.run((thread, call) => {
    call(kernels.get(zeroFill, { bytes: partBytes }), at(thread));
    for (const piece of piecesOf(channels, thread, context.threads)) {
      const { groups, pixels, group } = piece;
      const kernel = kernelOf({ groups, pixels, block, storage, apart });
      const places = [...before.map((place) => place(piece)), at(thread, group)];
      call(kernel, ...places, ...after.map((place) => place(piece)));
    }
  });
}

const batchNormSums: StoredReplacement = (kernels, context, words, storage) => {
  const channels = channelsOf(words, storage);
  const [x, to] = [words.pointer(0), words.pointer(5)];
  if (channels === undefined || x === undefined || to === undefined) return false;
  const operands = operandsOf(context, channels);
  const from = operands.tensor(x);
  const first = (piece: Piece) => from({ ...piece, at: piece.group * channels.pixels }); // of image 0
  const sums = sumsOf(operands.phase, channels, to, 2);
  emitSums(kernels, context, channels, operands, sums, { before: [from, first] }, (stream) =>
    kernels.get(momentSums, stream),
  );
  return true;
};

const sumsOfChannels: StoredReplacement = (kernels, context, words, storage) => {
  const channels = channelsOf(words, storage);
  const [x, to] = [words.pointer(0), words.pointer(5)];
  if (channels === undefined || x === undefined || to === undefined) return false;
  const operands = operandsOf(context, channels);
  const before = [operands.tensor(x)];
  const sums = sumsOf(operands.phase, channels, to, 1);
  emitSums(kernels, context, channels, operands, sums, { before }, (stream) =>
    kernels.get(channelSums, stream),
  );
  return true;
};

const batchNormApply: StoredReplacement = (kernels, context, words, storage) => {
  const channels = channelsOf(words, storage);
  const [x, scale, shift, y] = [0, 5, 6, 7].map((i) => words.pointer(i));
  if (!channels || !x || !scale || !shift || !y) return false;
  const residual = words.pointer(9);
  const operands = operandsOf(context, channels);
  const { tensor, param } = operands;
  const places = [tensor(x), param(scale), param(shift), tensor(y)];
  if (residual !== undefined) places.push(tensor(residual));
  const more = { relu: words.number(8) === 1, hasResidual: residual !== undefined };
  emitPass(context, channels, operands, places, (stream) =>
    kernels.get(normalize, { ...stream, ...more }),
  );
  return true;
};

/** The sums of a gradient, with the extra arguments of what is fused behind the normalisation. */
function backwardSums(
  gradient: 'plain' | 'rectified' | 'residual',
  extra: readonly [number, number] | undefined,
): StoredReplacement {
  return (kernels, context, words, storage) => {
    const channels = channelsOf(words, storage);
    const [x, dy, mean, to] = [0, 5, 6, 7].map((i) => words.pointer(i));
    if (!channels || !x || !dy || !mean || !to) return false;
    const others = (extra ?? []).flatMap((i) => words.pointer(i) ?? []);
    if (others.length !== (extra?.length ?? 0)) return false;
    // It has none for what fills the last block.
    if (mean.region.bytes < 4 * channels.groups * channels.block) return false;
    const operands = operandsOf(context, channels);
    const { phase, tensor, param } = operands;
    const before = [tensor(x), tensor(dy), param(mean)];
    const sums = sumsOf(phase, channels, to, 2);
    const after = others.map(gradient === 'rectified' ? param : tensor);
    emitSums(kernels, context, channels, operands, sums, { before, after }, (stream) =>
      kernels.get(gradientSums, { ...stream, gradient }),
    );
    return true;
  };
}

const backwardApply =
  (rectified: boolean): StoredReplacement =>
  (kernels, context, words, storage) => {
    const channels = channelsOf(words, storage);
    const [x, dy, terms, dx] = [0, 5, 6, 7].map((i) => words.pointer(i));
    if (!channels || !x || !dy || !terms || !dx) return false;
    const shift = words.pointer(8);
    if (rectified !== (shift !== undefined)) return false;
    const operands = operandsOf(context, channels);
    const { tensor, param } = operands;
    const places = [tensor(x), tensor(dy), param(terms), tensor(dx)];
    if (shift !== undefined) places.push(param(shift));
    const apart = 4 * channels.groups * channels.block;
    emitPass(context, channels, operands, places, (stream) =>
      kernels.get(normalizeGradient, { ...stream, rectified, apart }),
    );
    return true;
  };

export const channelReplacements: StoredReplacements = {
  batchNormSums,
  batchNormApply,
  channelSums: sumsOfChannels,
  batchNormBackwardSums: backwardSums('plain', undefined),
  batchNormReluBackwardSums: backwardSums('rectified', [8, 9]),
  batchNormResidualBackwardSums: backwardSums('residual', [10, 11]),
  batchNormBackwardApply: backwardApply(false),
  batchNormReluBackwardApply: backwardApply(true),
};
