/** An image cut into tiles of 4 × 4, row by row, as Winograd's kernels see it. */
import type { Size2d } from '../../../core/shape.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import type { Span, TileRow } from '../kernels/winograd-rows.js';

const tileSize = 4;
export const block = 16;

/** How many tiles there are. */
export interface Tiling {
  readonly across: number;
  readonly down: number;
  /** Rows of tiles of all images. */
  readonly rows: number;
}

export function tilingOf(batch: number, [height, width]: Size2d): Tiling {
  const down = Math.ceil(height / tileSize);
  return { across: Math.ceil(width / tileSize), down, rows: batch * down };
}

/** A channel-blocked image whose pixels are read or written by tiles. */
export interface TiledImage {
  readonly size: Size2d;
  readonly blocks: number;
  readonly tiling: Tiling;
  /** Pixels of a tile's window, and those of them that lie before the tile. */
  readonly window: 6 | 4;
  readonly before: number;
  readonly storage: Precision;
}

const pixelBytes = ({ storage }: TiledImage) => block * bytesOf(storage);

/** The rows of tile row `row` of all images, with matrices whose tiles and strides are `tile` and `matrix` bytes. */
export function tileRow(
  image: TiledImage,
  row: number,
  { blocks, matrix, tile }: Pick<TileRow, 'blocks' | 'matrix' | 'tile'>,
): TileRow {
  const { size, tiling, window, before, storage } = image;
  const [height, width] = size;
  const rowBytes = width * pixelBytes(image);
  const spans = Array.from({ length: tiling.across }, (_, i) => span(i, width, window, before));
  return {
    rows: span(row % tiling.down, height, window, before),
    runs: runsOf(spans),
    blocks,
    rowBytes,
    blockBytes: height * rowBytes,
    matrix,
    tile,
    storage,
  };
}

/** Byte of the first window's corner of tile row `row`, in channel block `channelBlock`. */
export function cornerOf(image: TiledImage, row: number, channelBlock = 0): number {
  const { size, blocks, tiling, before } = image;
  const [height, width] = size;
  const plane = Math.floor(row / tiling.down) * blocks + channelBlock;
  const y = (row % tiling.down) * tileSize - before;
  return ((plane * height + y) * width - before) * pixelBytes(image);
}

/** What of the window of the tile at `position` is inside. */
function span(position: number, size: number, window: number, before: number): Span {
  const start = position * tileSize - before;
  return { first: Math.max(0, -start), end: Math.max(0, Math.min(window, size - start)) };
}

function runsOf(spans: readonly Span[]): TileRow['runs'] {
  const runs: (Span & { count: number })[] = [];
  for (const { first, end } of spans) {
    const last = runs.at(-1);
    if (last?.first === first && last.end === end) last.count++;
    else runs.push({ first, end, count: 1 });
  }
  return runs;
}
