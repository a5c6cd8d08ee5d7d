/** How per-channel kernels see a tensor: `[N][G][R][B]`, N images of G blocks of B channels, R pixels each. */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { type Block, ROWS } from '../../compiler/layout.js';
import type { Precision } from '../../precision.js';

export interface ChannelLayout {
  readonly images: number;
  readonly groups: number;
  readonly pixels: number;
  readonly block: number;
  readonly storage: Precision;
  /** C; the groups hold `groups × block`, zeros behind. */
  readonly channels: number;
  /** Elements of a channel. */
  readonly count: number;
}

/** `[N, C, …]` stored in layout `block`. */
export function channelLayout(
  { shape }: Pick<Value, 'shape'>,
  block: Block,
  storage: Precision = 'float32',
): ChannelLayout {
  const [n = 1, channels = 1, ...rest] = shape;
  const inner = numel(rest);
  const count = n * inner;
  if (block === ROWS && inner !== 1)
    return { images: n, groups: channels, pixels: inner, block: 1, storage, channels, count };
  const width = block === ROWS ? channels : block;
  const groups = Math.ceil(channels / width);
  // One group is one matrix of pixels × channels, whatever the number of images.
  return groups === 1
    ? { images: 1, groups, pixels: count, block: width, storage, channels, count }
    : { images: n, groups, pixels: inner, block: width, storage, channels, count };
}

/** Channels with those that fill the last block. */
export function storedChannels({ groups, block }: ChannelLayout): number {
  return groups * block;
}

/** Bytes of the threads' two sums per channel, in doubles. */
export function sumBytes(layout: ChannelLayout, threads: number): number {
  return threads * 2 * 8 * Math.ceil(storedChannels(layout) / 4) * 4;
}
