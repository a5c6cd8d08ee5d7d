/**
 * Images cut into tiles as Winograd's kernels see them: of 4 × 4 pixels, and where that makes them fit, the last ones of three
 * rows or columns. A tile of three needs no matrix of the sixth row (column), so tiles stand in such an order that those of any
 * matrix lie side by side: narrow ones of full height, full ones, wide ones of three rows, the rest.
 */
import type { Size2d } from '../../../core/shape.js';
import type { Precision } from '../../precision.js';
import { bytesOf } from '../kernel-writer.js';
import type { Span, TileRow } from '../kernels/winograd-rows.js';
import { runsOf } from '../runs.js';

export const block = 16;

/** Pixels of a tile's side. */
export type TileSize = 4 | 2;

/** Matrices in a row and in a column of a transformed tile: a kernel of three taps reads two pixels beside it. */
export const pointsOf = (tileSize: TileSize): 6 | 4 => (tileSize === 4 ? 6 : 4);

/** A dimension in tiles, the first `full` of which have `tileSize` pixels, the others one less. */
interface Cut {
  readonly tileSize: TileSize;
  readonly tiles: number;
  readonly full: number;
}

export interface Tiling {
  readonly tileSize: TileSize;
  readonly down: Cut;
  readonly across: Cut;
  /** Rows of tiles of all images, and those of full height. */
  readonly rows: number;
  readonly fullRows: number;
  /** How many rows share places in the matrices: two, where pairs of tiles are summed over. */
  readonly perPlace: 1 | 2;
  /** The same in rows of places, and all places. */
  readonly placeRows: number;
  readonly fullPlaceRows: number;
  readonly places: number;
}

interface TilingOptions {
  /** @default 4 */
  readonly tileSize?: TileSize;
  /** Whether there may be tiles of three. @default false */
  readonly fits?: boolean;
  /** @default 1 */
  readonly perPlace?: 1 | 2;
}

export function tilingOf(
  batch: number,
  [height, width]: Size2d,
  { tileSize = 4, fits = false, perPlace = 1 }: TilingOptions,
): Tiling {
  const [down, across] = [cut(height, tileSize, fits), cut(width, tileSize, fits)];
  const [rows, fullRows] = [batch * down.tiles, batch * down.full];
  const fullPlaceRows = Math.ceil(fullRows / perPlace);
  const placeRows = fullPlaceRows + Math.ceil((rows - fullRows) / perPlace);
  return {
    ...{ tileSize, down, across, rows, fullRows, perPlace },
    ...{ placeRows, fullPlaceRows, places: placeRows * across.tiles },
  };
}

/** The rows of tiles at a row of places, which are of one height; the last of a height may be alone. */
export function rowsAt(tiling: Tiling, place: number): readonly number[] {
  const { down, rows, fullRows, perPlace, fullPlaceRows } = tiling;
  const isFull = place < fullPlaceRows;
  const [first, perImage] = isFull ? [0, down.full] : [down.full, down.tiles - down.full];
  const start = (isFull ? place : place - fullPlaceRows) * perPlace;
  const count = Math.min(perPlace, (isFull ? fullRows : rows - fullRows) - start);
  return Array.from({ length: count }, (_, i) => {
    const row = start + i;
    return Math.floor(row / perImage) * down.tiles + first + (row % perImage);
  });
}

function cut(size: number, tileSize: TileSize, fits: boolean): Cut {
  const tiles = Math.ceil(size / tileSize);
  const missing = tiles * tileSize - size;
  return { tileSize, tiles, full: fits && missing < tiles ? tiles - missing : tiles };
}

/** Where the tile at `position` starts, in pixels. */
const startOf = ({ tileSize, full }: Cut, position: number) =>
  position * tileSize - Math.max(0, position - full);

/** Places of tiles [first, first + count) in `matrices` matrices from `matrix` on. */
export interface MatrixTiles {
  readonly matrix: number;
  readonly matrices: number;
  readonly first: number;
  readonly count: number;
}

/** The tiles that each matrix is of. */
export function tilesByMatrix(tiling: Tiling): readonly MatrixTiles[] {
  const { across, placeRows: rows, fullPlaceRows: fullRows, places } = tiling;
  const points = pointsOf(tiling.tileSize);
  const all = { first: 0, count: places };
  if (fullRows === rows && across.full === across.tiles)
    return [{ matrix: 0, matrices: points ** 2, ...all }];
  const highEnd = fullRows * across.tiles;
  const first = fullRows * (across.tiles - across.full);
  const wideEnd = highEnd + (rows - fullRows) * across.full;
  return Array.from({ length: points }, (_, row) => {
    const isLast = row === points - 1;
    const matrix = row * points;
    return [
      { matrix, matrices: points - 1, ...(isLast ? { first: 0, count: highEnd } : all) },
      {
        matrix: matrix + points - 1,
        matrices: 1,
        first,
        count: (isLast ? highEnd : wideEnd) - first,
      },
    ];
  }).flat();
}

/** A channel-blocked image whose pixels are read or written by tiles. */
export interface TiledImage {
  readonly size: Size2d;
  readonly blocks: number;
  readonly tiling: Tiling;
  /** Pixels of a full tile's window, and those of them that lie before the tile. */
  readonly window: 6 | 4 | 2;
  readonly before: number;
  readonly storage: Precision;
}

/** Tiles of a row that are alike, but for the image's edges. */
export interface RowPiece {
  readonly shape: TileRow;
  /** Byte of the first window's corner. */
  readonly corner: number;
  /** Place of the first tile. */
  readonly tile: number;
}

/** Tile row `row` of all images, with matrices whose tiles and strides are `tile` and `matrix` bytes. */
export function piecesOfRow(
  image: TiledImage,
  row: number,
  strides: Pick<TileRow, 'blocks' | 'matrix' | 'tile' | 'form'>,
): readonly RowPiece[] {
  const { size, tiling, window, before, storage } = image;
  const [height, width] = size;
  const { tileSize, down, across } = tiling;
  const pixel = block * bytesOf(storage);
  const rowBytes = width * pixel;
  const position = row % down.tiles;
  const top = startOf(down, position) - before;
  const isHigh = position < down.full;
  const rows = span(top, height, isHigh ? window : window - 1);
  const plane = Math.floor(row / down.tiles) * image.blocks * height;
  const piece = (first: number, count: number, step: number): RowPiece => {
    const left = startOf(across, first) - before;
    const columns = window - tileSize + step;
    const spans = Array.from({ length: count }, (_, i) => span(left + i * step, width, columns));
    return {
      shape: {
        ...{
          points: pointsOf(tileSize),
          rows,
          runs: runsOf(spans).map(({ value, count }) => ({ ...value, count })),
          step,
          ...strides,
          storage,
        },
        ...{ rowBytes, blockBytes: height * rowBytes },
      },
      corner: (plane + top) * rowBytes + left * pixel,
      tile: placeOf(tiling, row, step === tileSize),
    };
  };
  const narrow = across.tiles - across.full;
  const wide = piece(0, across.full, tileSize);
  return narrow === 0 ? [wide] : [wide, piece(across.full, narrow, tileSize - 1)];
}

/** The place of the first wide or narrow tile of a row. */
function placeOf(tiling: Tiling, row: number, isWide: boolean): number {
  const { down, across, perPlace, placeRows: rows, fullPlaceRows: fullRows } = tiling;
  const narrow = across.tiles - across.full;
  const image = Math.floor(row / down.tiles);
  const position = row % down.tiles;
  if (position < down.full) {
    const before = Math.floor((image * down.full + position) / perPlace);
    return isWide ? fullRows * narrow + before * across.full : before * narrow;
  }
  const shorter = image * (down.tiles - down.full) + position - down.full;
  const before = Math.floor(shorter / perPlace);
  const start = fullRows * across.tiles;
  if (isWide) return start + before * across.full;
  return start + (rows - fullRows) * across.full + before * narrow;
}

/** What of the window that starts at `start` is inside. */
function span(start: number, size: number, window: number): Span {
  return { first: Math.max(0, -start), end: Math.max(0, Math.min(window, size - start)) };
}
