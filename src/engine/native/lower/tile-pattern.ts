/**
 * How the pixels of an output are cut into tiles of 16. A tile is 16 places of the field that lie evenly, so in wide rows a tile stays in
 * its row, and in narrow ones it goes on in the next, over the zeros between them.
 */
import type { TilePattern, TilePiece, TilePlace } from '../kernels/tile-conv.js';

const tilePixels = 16;

export interface TiledRows {
  /** Rows of the output, and pixels of each. */
  readonly rows: number;
  readonly width: number;
  /** Places of the field from one row of the output to the next, and bytes of a place. */
  readonly places: number;
  readonly xPixel: number;
  /** Bytes of the output between pixels and rows. */
  readonly yPixel: number;
  readonly yRow: number;
  /** Tiles of a group. */
  readonly together: number;
}

export function patternsOf(rows: TiledRows): TilePattern[] {
  return rows.width >= tilePixels ? withinRows(rows) : acrossRows(rows);
}

/** Pixels [at, at + 16) of a row; those that the tile before has written are left out. */
function placesOfRow({ width, xPixel, yPixel }: TiledRows): TilePlace[] {
  return Array.from({ length: Math.ceil(width / tilePixels) }, (_, t) => {
    const at = Math.min(t * tilePixels, width - tilePixels);
    const row = t * tilePixels - at;
    return {
      x: at * xPixel,
      pieces: [{ row, count: tilePixels - row, y: (at + row) * yPixel }],
    };
  });
}

function withinRows(rows: TiledRows): TilePattern[] {
  const xRow = rows.places * rows.xPixel;
  const { yRow } = rows;
  const tiles = placesOfRow(rows);
  const pairs = inGroups(tiles, rows.together);
  const lone = { count: rows.rows, xStep: xRow, yStep: yRow, groups: pairs };
  if (tiles.length % rows.together === 0) return [lone];
  // The odd tiles of two rows go together.
  const last = pairs.at(-1) ?? [];
  const second = (places: readonly TilePlace[]) => moved(places, xRow, yRow);
  const even = pairs.slice(0, -1);
  const groups = [...even, ...even.map(second), [...last, ...second(last)]];
  const count = Math.floor(rows.rows / 2);
  const patterns = [
    { count, xStep: 2 * xRow, yStep: 2 * yRow, groups },
    { ...lone, count: rows.rows % 2 },
  ];
  return patterns.filter((pattern) => pattern.count > 0);
}

/** So many rows to so many tiles, one behind the other. */
function acrossRows(rows: TiledRows): TilePattern[] {
  const { width, places, xPixel, yRow } = rows;
  const rowsIn = (tiles: number) =>
    Math.min(rows.rows, Math.floor((tiles * tilePixels - width) / places) + 1);
  const choices = [2, 4, 1].map((tiles) => ({ tiles, perTurn: rowsIn(tiles) }));
  choices.sort((a, b) => b.perTurn / b.tiles - a.perTurn / a.tiles);
  const [{ perTurn } = { perTurn: 1 }] = choices;
  const pattern = (count: number, perTurn: number) => ({
    ...{ count, xStep: perTurn * places * xPixel, yStep: perTurn * yRow },
    groups: inGroups(placesOf(rows, perTurn), rows.together),
  });
  const turns = Math.floor(rows.rows / perTurn);
  const rest = rows.rows % perTurn;
  return [pattern(turns, perTurn), ...(rest > 0 ? [pattern(1, rest)] : [])];
}

function placesOf({ width, places, xPixel, yPixel, yRow }: TiledRows, rows: number): TilePlace[] {
  const end = (rows - 1) * places + width;
  return Array.from({ length: Math.ceil(end / tilePixels) }, (_, t) => {
    const [first, last] = [t * tilePixels, (t + 1) * tilePixels];
    const pieces: TilePiece[] = [];
    for (let row = 0; row < rows; row++) {
      const from = Math.max(first, row * places);
      const count = Math.min(last, row * places + width) - from;
      const y = row * yRow + (from - row * places) * yPixel;
      if (count > 0) pieces.push({ row: from - first, count, y });
    }
    return { x: first * xPixel, pieces };
  });
}

function inGroups(places: readonly TilePlace[], together: number): TilePlace[][] {
  return Array.from({ length: Math.ceil(places.length / together) }, (_, i) =>
    places.slice(together * i, together * (i + 1)),
  );
}

const moved = (places: readonly TilePlace[], x: number, y: number): TilePlace[] =>
  places.map((place) => ({
    x: place.x + x,
    pieces: place.pieces.map((piece) => ({ ...piece, y: piece.y + y })),
  }));
