/**
 * Convolution by tiles: 16 pixels × 32 numbers that are summed over, times as many × 16 channels, a product of 16,384 multiplications in an
 * instruction. Two tiles of pixels meet two of channels, so that each is loaded once for two products. The image is a field
 * (`tile-field.ts`): what a step of the sum reads is a distance from the pixel.
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { type ShapedTile, type Stride, tileBytes, wholeTile } from '../tiles.js';
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

/** Groups of one or two tiles, all of which are repeated so many times, so many bytes further on. */
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
  readonly yVectors: VectorPlaces;
  /** Whether the last vector of the output is stored whole, zeros behind the channels. */
  readonly isPadded: boolean;
  readonly ending: Ending;
}

/** Tiles that are summed up at once. */
export const sumTiles = 4;

/** Channels of a panel of packed weights, in vectors. */
export const panelVectors = 2;

/**
 * Arguments: the field, the weights [panel][round][step][vector] of tiles, y, a float per channel, room for {@link sumTiles} tiles.
 */
export function tileConv(w: KernelWriter, shape: TileConv): void {
  const pointers = w.pointers('x', 'weights', 'y', 'bias', 'room');
  const { x, weights, y, bias } = pointers;
  const { lanes } = w.level;
  const { patterns, outChannels, yVectors } = shape;
  const tail = w.part(outChannels % lanes || lanes);
  const whole = Array.from({ length: 8 }, () => wholeTile);
  const tiles = w.tiles(...whole);
  const strides = { x: w.stride(shape.xPixel), dense: w.stride(wholeTile.bytes) };
  const steps = shape.steps.length * shape.rounds;

  const panel = (count: number, isLast: boolean) => {
    const partOf = (v: number) => (isLast && v === count - 1 && !shape.isPadded ? tail : undefined);
    const biases = w.vectors(count);
    biases.forEach((vector, v) => {
      w.load(vector, bias.at(4 * lanes * v), isLast && v === count - 1 ? tail : undefined);
    });
    for (const { count: times, groups, xStep, yStep } of patterns) {
      w.loop(times, () => {
        for (const places of groups) {
          const sums = places.map((_, p) => tiles.slice(2 * p, 2 * p + count));
          w.scope(() => sumUp(w, shape, { ...pointers, strides, tiles, places, sums }));
          store(w, shape, { ...pointers, places, biases, partOf });
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
    weights.advance(steps * panelVectors * tileBytes);
    y.advance(blocks * yVectors.blockBytes + bytes);
    bias.advance(4 * lanes * panelVectors);
  };
  eachPanel(w, { channels: outChannels, vectors: panelVectors, places: yVectors, advance }, panel);
}

interface Pointers {
  readonly x: Cursor;
  readonly weights: Cursor;
  readonly y: Cursor;
  readonly room: Cursor;
}

interface Sums extends Pointers {
  readonly strides: { readonly x: Stride; readonly dense: Stride };
  readonly tiles: readonly ShapedTile[];
  readonly places: readonly TilePlace[];
  readonly sums: readonly (readonly ShapedTile[])[];
}

/** The sums of a group, into the room: tile p of pixels with vector v of channels at 2 p + v. */
function sumUp(
  w: KernelWriter,
  shape: TileConv,
  { x, weights, room, strides, tiles, places, sums }: Sums,
): void {
  const [, , , , , , a, b] = tiles;
  const spare = [tiles[4], tiles[5]];
  if (a === undefined || b === undefined) return;
  for (const sum of sums.flat()) w.tilezero(sum);
  const from = x.fork();
  const weight = weights.fork();
  const vectors = sums[0]?.length ?? 0;
  w.loop(shape.rounds, () => {
    shape.steps.forEach((step, s) => {
      const factors = spare.slice(0, vectors);
      places.forEach((place, p) => {
        const pixels = p === 0 ? a : b;
        w.tileloadd(pixels, from.rows(strides.x, place.x + step));
        sums[p]?.forEach((sum, v) => {
          const factor = factors[v];
          if (factor === undefined) return;
          const at = (s * panelVectors + v) * tileBytes;
          if (p === 0) w.tileloadd(factor, weight.rows(strides.dense, at));
          w.tdpbf16ps(sum, pixels, factor);
        });
      });
    });
    from.advance(wholeTile.bytes);
    weight.advance(shape.steps.length * panelVectors * tileBytes);
  });
  for (const [p, row] of sums.entries())
    for (const [v, sum] of row.entries())
      w.tilestored(room.rows(strides.dense, (2 * p + v) * tileBytes), sum);
}

interface Stored extends Pointers {
  readonly places: readonly TilePlace[];
  readonly biases: readonly Vec[];
  readonly partOf: (v: number) => Ended['part'];
}

/** Pixels that are ended at once. */
const atOnce = 4;

function store(
  w: KernelWriter,
  { yPixel, yVectors, ending }: TileConv,
  { y, room, places, biases, partOf }: Stored,
): void {
  const { lanes } = w.level;
  const cells = places.flatMap(({ pieces }, p) =>
    pieces.flatMap(({ row, count, y: start }) =>
      Array.from({ length: count }, (_, i) =>
        biases.map((bias, v) => ({
          bias,
          from: room.at((2 * p + v) * tileBytes + (row + i) * wholeTile.bytes),
          at: y.at(start + i * yPixel + vectorAt(yVectors, v, lanes)),
          part: partOf(v),
        })),
      ).flat(),
    ),
  );
  for (let i = 0; i < cells.length; i += atOnce)
    w.scope(() => {
      const ended = cells.slice(i, i + atOnce).map(({ bias, from, at, part }) => {
        const sum = w.vector();
        w.vaddps(sum, bias, from);
        return { sum, at, part };
      });
      storeEnded(w, yVectors.storage, ending, ended);
    });
}
