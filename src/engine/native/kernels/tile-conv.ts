/**
 * Convolution by tiles: 16 pixels × 32 numbers that are summed over, times as many × 16 channels, a product of 8,192 multiplications in an
 * instruction. A tile of channels meets two of pixels one after the other, or one of pixels two of channels. The image is a field
 * (`tile-field.ts`): what a step of the sum reads is a distance from the pixel.
 *
 * More sums at once would take fewer loads, but loads are not what a product waits for. In seconds in which others seem to have the core's second
 * thread, loads and products overlap the less, the more tiles a kernel uses: with eight a product takes 4.5 times as long as by itself, with seven
 * 3.2 times, with four twice (docs/native.md).
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type ShapedTile, type Stride, tileAt, tileBytes, wholeTile } from '../tiles.js';
import { type Ended, type Ending, storeEnded } from './ending.js';
import { eachPanel, type VectorPlaces, vectorAt } from './vector-places.js';

/** Pixels of a tile that are written: from `row` on, the first of them at byte `y`. */
export interface TilePiece {
  readonly row: number;
  readonly count: number;
  readonly y: number;
}

/** Where a tile's first pixel lies, and what of it is written. */
export interface TilePlace {
  readonly x: number;
  readonly pieces: readonly TilePiece[];
}

/** Groups of tiles that are summed at once, all of which are repeated so many times, so many bytes further on. */
export interface TilePattern {
  readonly count: number;
  readonly xStep: number;
  readonly yStep: number;
  readonly groups: readonly (readonly TilePlace[])[];
}

export interface TileConv {
  readonly patterns: readonly TilePattern[];
  /** Bytes between the pixels of a tile, and between those of the output. */
  readonly xPixel: number;
  readonly yPixel: number;
  /** What is summed over: from a pixel so many bytes, in each of `rounds`, from one of which to the next it is 64. */
  readonly steps: readonly number[];
  readonly rounds: number;
  readonly outChannels: number;
  /** Vectors of channels that are summed at once: with one of them groups have up to two tiles, else one. */
  readonly vectors: 1 | 2;
  readonly yVectors: VectorPlaces;
  /** Whether the last vector of the output is stored whole, zeros behind the channels. */
  readonly isPadded: boolean;
  readonly ending: Ending;
}

/** Tiles that are summed up at once. */
export const sumTiles = 2;

/**
 * Arguments: the field, the weights [vector][round][step] of tiles, y, a float per channel, room for {@link sumTiles} tiles.
 */
export function tileConv(w: KernelWriter, shape: TileConv): void {
  const pointers = w.pointers('x', 'weights', 'y', 'bias', 'room');
  const { x, weights, y, bias } = pointers;
  const { lanes } = w.level;
  const { patterns, outChannels, yVectors } = shape;
  const tail = w.part(outChannels % lanes || lanes);
  const [first, second, pixels, factor] = w.tiles(wholeTile, wholeTile, wholeTile, wholeTile);
  const tiles = { sums: [first, second], pixels, factor };
  const strides = { x: w.stride(shape.xPixel), dense: w.stride(wholeTile.bytes) };
  const vectorBytes = shape.steps.length * shape.rounds * tileBytes;

  const panel = (count: number, isLast: boolean) => {
    const cut = (v: number) => (isLast && v === count - 1 ? tail : undefined);
    const vectors = w.vectors(count).map((added, v) => ({
      ...{ added, weights: v * vectorBytes, y: vectorAt(yVectors, v, lanes) },
      part: shape.isPadded ? undefined : cut(v),
    }));
    for (const [v, { added }] of vectors.entries()) w.load(added, bias.at(4 * lanes * v), cut(v));
    for (const { count: times, groups, xStep, yStep } of patterns) {
      w.loop(times, () => {
        for (const places of groups) {
          const cells = places.flatMap((place, p) =>
            vectors.map((vector, v) => ({ place, vector, p, v })),
          );
          w.scope(() => sumUp(w, shape, { ...pointers, strides, tiles, cells }));
          store(w, shape, { ...pointers, cells });
        }
        x.advance(xStep);
        y.advance(yStep);
      });
    }
    const back = (key: 'xStep' | 'yStep') =>
      patterns.reduce((sum, pattern) => sum + pattern.count * pattern[key], 0);
    x.advance(-back('xStep'));
    y.advance(-back('yStep'));
  };
  const advance = (blocks: number, bytes: number) => {
    weights.advance(shape.vectors * vectorBytes);
    y.advance(blocks * yVectors.blockBytes + bytes);
    bias.advance(4 * lanes * shape.vectors);
  };
  const panels = { channels: outChannels, vectors: shape.vectors, places: yVectors, advance };
  eachPanel(w, panels, panel);
}

interface Pointers {
  readonly x: Cursor;
  readonly weights: Cursor;
  readonly y: Cursor;
  readonly room: Cursor;
}

/** A tile of sums. */
interface Cell {
  readonly place: TilePlace;
  readonly vector: {
    /** A float for each channel. */
    readonly added: Vec;
    /** Bytes from those of the panel. */
    readonly weights: number;
    readonly y: number;
    readonly part: Ended['part'];
  };
  /** Its number among the places and the vectors. */
  readonly p: number;
  readonly v: number;
}

interface Sums extends Pointers {
  readonly strides: { readonly x: Stride; readonly dense: Stride };
  readonly tiles: {
    readonly sums: readonly ShapedTile[];
    readonly pixels: ShapedTile;
    readonly factor: ShapedTile;
  };
  readonly cells: readonly Cell[];
}

/** The sums of a group, into the room. */
function sumUp(
  w: KernelWriter,
  shape: TileConv,
  { x, weights, room, strides, tiles, cells }: Sums,
): void {
  const { pixels, factor } = tiles;
  const summed = cells.map((cell, i) => ({ ...cell, sum: tileAt(tiles.sums, i) }));
  for (const { sum } of summed) w.tilezero(sum);
  const from = x.fork();
  const weight = weights.fork();
  w.loop(shape.rounds, () => {
    shape.steps.forEach((step, s) => {
      for (const { place, vector, p, v, sum } of summed) {
        if (p === 0)
          w.tileloadd(factor, weight.rows(strides.dense, vector.weights + s * tileBytes));
        if (v === 0) w.tileloadd(pixels, from.rows(strides.x, place.x + step));
        w.tdpbf16ps(sum, pixels, factor);
      }
    });
    from.advance(wholeTile.bytes);
    weight.advance(shape.steps.length * tileBytes);
  });
  for (const [i, { sum }] of summed.entries())
    w.tilestored(room.rows(strides.dense, i * tileBytes), sum);
}

interface Stored extends Pointers {
  readonly cells: readonly Cell[];
}

/** Pixels that are ended at once. */
const atOnce = 4;

function store(
  w: KernelWriter,
  { yPixel, yVectors, ending }: TileConv,
  { y, room, cells }: Stored,
): void {
  const pixels = cells.flatMap(({ place, vector }, cell) =>
    place.pieces.flatMap(({ row, count, y: start }) =>
      Array.from({ length: count }, (_, i) => ({
        from: room.at(cell * tileBytes + (row + i) * wholeTile.bytes),
        at: y.at(start + i * yPixel + vector.y),
        vector,
      })),
    ),
  );
  for (let i = 0; i < pixels.length; i += atOnce)
    w.scope(() => {
      const ended = pixels.slice(i, i + atOnce).map(({ from, at, vector }) => {
        const sum = w.vector();
        w.vaddps(sum, vector.added, from);
        return { sum, at, part: vector.part };
      });
      storeEnded(w, yVectors.storage, ending, ended);
    });
}
