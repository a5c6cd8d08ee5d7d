/** Activations as direct convolutions see them: in whatever layout they are stored to be read, in whole vectors to be written. */
import type { Size2d } from '../../../core/shape.js';
import { type Block, paddedChannels, ROWS } from '../../compiler/layout.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import type { ChannelRun } from '../kernels/conv-rows.js';
import type { BlockEnd, VectorPlaces } from '../kernels/vector-places.js';
import { type Pixels, pixelsOfRows } from './phase-calls.js';

/** Channels of a block, whatever the vectors' width. */
const channelsOfBlock = 16;

/** The layout in which kernels load and store vectors of channels: blocks of 16, or channels-last where that wastes less. */
export function vectorBlock(channels: number): Block {
  return channels % channelsOfBlock !== 0 && channels % 4 === 0 ? channels : channelsOfBlock;
}

export interface StoredImage {
  readonly pointer: Pointer;
  readonly channels: number;
  readonly size: Size2d;
  readonly block: Block;
  readonly storage: Precision;
  /** Bytes between channels of a block, pixels, rows, blocks and images. */
  readonly channelBytes: number;
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly blockBytes: number;
  readonly imageBytes: number;
}

export function storedImage(
  pointer: Pointer,
  channels: number,
  size: Size2d,
  block: Block,
  storage: Precision = 'float32',
): StoredImage {
  const [height, width] = size;
  const bytes = bytesOf(storage);
  const pixelBytes = bytes * block;
  const rowBytes = width * pixelBytes;
  const blockBytes = height * rowBytes;
  const imageBytes = bytes * paddedChannels(channels, block) * height * width;
  const channelBytes = block === ROWS ? blockBytes : bytes;
  const layout = { channelBytes, pixelBytes, rowBytes, blockBytes, imageBytes };
  return { pointer, channels, size, block, storage, ...layout };
}

/** The pixels of whole rows. */
export function pixelsOf(
  { size: [, width], pixelBytes }: StoredImage,
  rows: { readonly first: number; readonly end: number },
): Pixels {
  return pixelsOfRows(rows, width, pixelBytes);
}

/** How vectors of so many channels lie in an image in a layout of {@link vectorBlock}. */
export function vectorPlaces(image: StoredImage, lanes: number): VectorPlaces {
  const { block, blockBytes, storage } = image;
  return { perBlock: Math.ceil(block / lanes), blockBytes, storage };
}

/** How the last block of an image in such a layout is stored: what others read behind the channels must be zeros. */
export function blockEnd({ channels, block }: StoredImage, lanes: number): BlockEnd {
  const isPadded = channels % block !== 0;
  const filled = Math.ceil(channels / lanes) * lanes;
  return { isPadded, zeros: isPadded ? (paddedChannels(channels, block) - filled) / lanes : 0 };
}

/** The blocks in which channels are summed over; a row-major image is one block of channels that lie far apart. */
export function channelRuns({ channels, block }: StoredImage): ChannelRun[] {
  if (block === ROWS) return [{ blocks: 1, channels }];
  const rest = channels % block;
  const runs = [
    { blocks: Math.floor(channels / block), channels: block },
    { blocks: 1, channels: rest },
  ];
  return runs.filter((run) => run.blocks * run.channels > 0);
}

/** Those blocks one by one: the first channel and the count. */
export function channelBlocks(
  image: StoredImage,
): { readonly first: number; readonly count: number }[] {
  let first = 0;
  return channelRuns(image).flatMap(({ blocks, channels: count }) =>
    Array.from({ length: blocks }, () => {
      first += count;
      return { first: first - count, count };
    }),
  );
}
