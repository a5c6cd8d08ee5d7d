/** Networks and their training as plain data: drawn from a seed, printed when they fail, made smaller by leaving out blocks. */
import { Rng } from '../../src/core/rng.js';

type Pair = readonly [number, number];

/** One piece of the convolutional part. A block that does not fit the shape it is given passes it on unchanged. */
export type Block =
  | {
      readonly kind: 'conv';
      /** Output channels, or as many as come in. */
      readonly out: number | 'same';
      readonly kernel: Pair;
      readonly stride: Pair;
      readonly padding: Pair;
      readonly dilation: Pair;
      /** Groups that are wanted: as many as divide both numbers of channels are used. */
      readonly groups: number | 'depthwise';
      readonly bias: boolean;
    }
  | { readonly kind: 'norm'; readonly of: 'batch' | 'group' | 'layer'; readonly affine: boolean }
  | { readonly kind: 'activation'; readonly of: Activation }
  | {
      readonly kind: 'pool';
      readonly of: 'max' | 'avg';
      readonly kernel: Pair;
      readonly stride: Pair;
      readonly padding: Pair;
      readonly ceilMode: boolean;
    }
  | { readonly kind: 'adaptivePool'; readonly size: Pair }
  | { readonly kind: 'dropout'; readonly p: number; readonly channels: boolean }
  /** A sum of the input (through a 1×1 convolution where the shapes differ) and what the blocks make of it. */
  | { readonly kind: 'residual'; readonly blocks: readonly Block[]; readonly branchFirst: boolean }
  /** Channels scaled by what their means say. */
  | { readonly kind: 'gate' }
  /** The channels of the input, and after them those of a convolution of it. */
  | { readonly kind: 'concat'; readonly out: number };

export const activations = ['relu', 'leakyRelu', 'gelu', 'silu', 'sigmoid', 'tanh'] as const;
export type Activation = (typeof activations)[number];

/** A network, the batch it is given, and how it is trained. */
export interface NetworkSpec {
  readonly seed: number;
  readonly batch: number;
  readonly image: readonly [channels: number, height: number, width: number];
  /** Whether pixels are multiples of ¼, so that maxima are found more than once. */
  readonly coarse: boolean;
  readonly blocks: readonly Block[];
  readonly head: {
    readonly pool: boolean;
    readonly hidden: readonly number[];
    readonly norm: 'batch' | 'layer' | 'none';
    readonly activation: Activation;
  };
  readonly classes: number;
  readonly loss: 'crossEntropy' | 'smoothedCrossEntropy' | 'mse' | 'bceWithLogits';
  readonly optimizer: 'sgd' | 'momentum' | 'adam' | 'adamw' | 'rmsprop';
  readonly clips: boolean;
  /** Whether layers train, or gradients flow through layers in evaluation mode. */
  readonly trains: boolean;
  /** Share of the parameters (by a draw each) that do not train; all of the convolutional part with 'blocks'. */
  readonly frozen: number | 'blocks';
  readonly inputGradient: boolean;
}

/** The same network with few pictures, small sides and thin layers, for an engine that takes seconds for a layer. */
export function thinned(spec: NetworkSpec): NetworkSpec {
  const [channels, height, width] = spec.image;
  const { hidden } = spec.head;
  return {
    ...spec,
    batch: Math.min(spec.batch, 3),
    image: [Math.min(channels, 5), Math.min(height, 10), Math.min(width, 10)],
    blocks: spec.blocks.map(thin),
    head: { ...spec.head, hidden: hidden.map((size) => Math.min(size, 17)) },
  };
}

function thin(block: Block): Block {
  if (block.kind === 'residual') return { ...block, blocks: block.blocks.map(thin) };
  if (block.kind !== 'conv' && block.kind !== 'concat') return block;
  return typeof block.out === 'number' ? { ...block, out: Math.min(block.out, 17) } : block;
}

const widths = [1, 3, 5, 8, 12, 16, 16, 17, 24, 32, 32];
/** Widths of networks that Winograd takes part in, and those at which it goes another way. */
const roundWidths = [16, 32, 32, 48];
const largeWidths = [64, 128, 256];

/** The network of a seed. */
export function drawNetwork(seed: number): NetworkSpec {
  const rng = new Rng(seed);
  const kind = pick(rng, ['any', 'any', 'any', 'any', 'any', 'any', 'round', 'round', 'large']);
  const large = kind === 'large';
  const from = { any: widths, round: roundWidths, large: largeWidths }[kind];
  const side = () => {
    if (large) return 4 + rng.int(4);
    return kind === 'round' ? 11 + rng.int(10) : 5 + rng.int(rng.bool(0.2) ? 28 : 14);
  };
  const blocks = Array.from({ length: 1 + rng.int(large ? 2 : 6) }, () =>
    drawStage(rng, from),
  ).flat();
  return {
    seed,
    batch: pick(rng, large ? [1, 2] : [1, 1, 2, 3, 4, 5, 8, 9]),
    image: [
      pick(rng, { any: [1, 3, 3, 4, 5, 12], round: [3, 16, 32], large: [64, 256] }[kind]),
      side(),
      side(),
    ],
    coarse: rng.bool(0.3),
    blocks,
    head: {
      pool: rng.bool(0.4),
      hidden: rng.bool() ? [] : [pick(rng, [7, 16, 33, 64])],
      norm: pick(rng, ['batch', 'layer', 'none', 'none']),
      activation: pick(rng, activations),
    },
    classes: pick(rng, [2, 3, 10, 17]),
    loss: pick(rng, [
      'crossEntropy',
      'crossEntropy',
      'smoothedCrossEntropy',
      'mse',
      'bceWithLogits',
    ]),
    optimizer: pick(rng, ['sgd', 'momentum', 'adam', 'adamw', 'rmsprop']),
    clips: rng.bool(0.15),
    trains: rng.bool(0.85),
    frozen: pick(rng, [0, 0, 0, 0.4, 'blocks']),
    inputGradient: rng.bool(0.3),
  };
}

/** Blocks as they come in networks: a convolution and what follows it, or something between convolutions. */
function drawStage(rng: Rng, from: readonly number[]): readonly Block[] {
  const kind = rng.uniform();
  if (kind < 0.12) return drawTextbookStage(rng, pick(rng, [16, 24, 32]));
  if (kind < 0.22) return drawBasicBlock(rng);
  if (kind < 0.34) {
    const inner = [...drawConvStage(rng, from), ...(rng.bool() ? drawConvStage(rng, from) : [])];
    const after: Block[] = rng.bool(0.7) ? [drawActivation(rng)] : [];
    return [{ kind: 'residual', blocks: inner, branchFirst: rng.bool() }, ...after];
  }
  if (kind < 0.38) return [{ kind: 'gate' }];
  if (kind < 0.42) return [{ kind: 'concat', out: pick(rng, from) }];
  if (kind < 0.48) return [drawPool(rng), drawNorm(rng)];
  return drawConvStage(rng, from);
}

const conv3x3 = {
  kind: 'conv',
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1],
  dilation: [1, 1],
  groups: 1,
} as const;
const batchNorm = { kind: 'norm', of: 'batch', affine: true } as const;
const relu = { kind: 'activation', of: 'relu' } as const;

/** What engines fuse: convolution, batch norm, ReLU and mostly a pooling. */
function drawTextbookStage(rng: Rng, out: number): readonly Block[] {
  const pool = {
    kind: 'pool',
    of: 'max',
    kernel: [2, 2],
    stride: [2, 2],
    padding: [0, 0],
    ceilMode: false,
  } as const;
  const conv = { ...conv3x3, out, bias: rng.bool() };
  return [conv, batchNorm, relu, ...(rng.bool(0.7) ? [pool] : [])];
}

/** ResNet's block, after a convolution that gives it channels. */
function drawBasicBlock(rng: Rng): readonly Block[] {
  const conv = { ...conv3x3, out: 'same', bias: false } as const;
  const blocks = [conv, batchNorm, relu, conv, batchNorm];
  const before = { ...conv3x3, out: pick(rng, [12, 16, 32]), bias: true };
  return [before, { kind: 'residual', blocks, branchFirst: rng.bool(0.8) }, relu];
}

function drawConvStage(rng: Rng, from: readonly number[]): readonly Block[] {
  const stage: Block[] = [drawConv(rng, from)];
  if (rng.bool(0.5)) stage.push(drawNorm(rng));
  if (rng.bool(0.75)) stage.push(drawActivation(rng));
  if (rng.bool(0.35)) stage.push(drawPool(rng));
  if (rng.bool(0.12)) stage.push({ kind: 'dropout', p: 0.3, channels: rng.bool(0.4) });
  return stage;
}

function drawConv(rng: Rng, from: readonly number[]): Block {
  const plain = rng.bool(0.4); // 3×3, as in most networks; Winograd's case
  const pair = (values: readonly number[]) => drawPair(rng, values);
  return {
    kind: 'conv',
    out: pick(rng, from),
    kernel: plain ? [3, 3] : pair([1, 1, 2, 3, 5, 7]),
    stride: plain && rng.bool(0.8) ? [1, 1] : pair([1, 1, 2, 3]),
    padding: plain ? [1, 1] : pair([0, 1, 2, 3]),
    dilation: plain || rng.bool(0.7) ? [1, 1] : pair([1, 2, 3]),
    groups: plain || rng.bool(0.6) ? 1 : pick(rng, ['depthwise', 2, 3, 4]),
    bias: rng.bool(0.7),
  };
}

function drawNorm(rng: Rng): Block {
  return {
    kind: 'norm',
    of: pick(rng, ['batch', 'batch', 'batch', 'group', 'layer']),
    affine: rng.bool(0.85),
  };
}

function drawActivation(rng: Rng): Block {
  return { kind: 'activation', of: rng.bool(0.5) ? 'relu' : pick(rng, activations) };
}

function drawPool(rng: Rng): Block {
  if (rng.bool(0.15)) return { kind: 'adaptivePool', size: drawPair(rng, [1, 2, 3, 5]) };
  const half = rng.bool(0.5);
  const kernel = half ? ([2, 2] as const) : drawPair(rng, [1, 2, 3, 3, 4]);
  const limit = Math.floor(Math.min(...kernel) / 2); // more padding than half a kernel is an error
  return {
    kind: 'pool',
    of: rng.bool(0.7) ? 'max' : 'avg',
    kernel,
    stride: half ? [2, 2] : drawPair(rng, [1, 2, 3]),
    padding: half || limit === 0 ? [0, 0] : drawPair(rng, [0, 1].slice(0, limit + 1)),
    ceilMode: rng.bool(0.2),
  };
}

/** Mostly the same number twice. */
function drawPair(rng: Rng, values: readonly number[]): Pair {
  const first = pick(rng, values);
  return [first, rng.bool(0.75) ? first : pick(rng, values)];
}

function pick<const T>(rng: Rng, values: readonly T[]): T {
  return values[rng.int(values.length)] as T; // a position within
}
