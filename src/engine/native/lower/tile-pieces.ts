/**
 * Pieces of images as products of tiles sum over them (`../kernels/tile-gradient.ts`): some rows of outputs one behind the other, as pairs of
 * pixels, of dy turned and of x once for each column of the kernel. A row of the kernel is then a place in memory: rows of x that lie `step`
 * apart follow each other. What a row of the kernel meets is cut into lanes of 16 elements: of x in blocks of 16 channels they are a block's pixels,
 * of x whose channels all lie side by side (`tile-runs.ts`) parts of a run of pixels.
 */
import { type PixelPairs, pairBytes, pixelPairs } from '../kernels/pixel-pairs.js';
import { runPairs } from '../kernels/run-pairs.js';
import { tileBytes } from '../kernels/tile-gradient.js';
import { turnTiles } from '../kernels/turn-tiles.js';
import type { Kernels } from '../kernels.js';
import { type Axis, tapsOf } from './axis.js';
import type { Call, Place } from './phase.js';
import type { StoredImage } from './stored-image.js';

export const tileLanes = 16;
const tilePairs = 16;

/** Rows of x that some rows of the kernel meet, `step` apart. */
interface RowPhase {
  /** The first one, and how many there are. */
  readonly phase: number;
  readonly size: number;
  /** How far an output's position in these rows is moved at least, and at most. */
  readonly first: number;
  readonly last: number;
  /** Pairs of one column of the kernel before those of this phase. */
  readonly before: number;
}

/** How the pieces of images lie in memory. */
export interface PieceLayout {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly phases: readonly RowPhase[];
  readonly pairsOfRow: number;
  /** Products of the largest piece. */
  readonly steps: number;
  /** Blocks of channels of x, 16 lanes that a row of the kernel meets in each, and blocks of dy. */
  readonly groups: number;
  readonly lanes: number;
  readonly outputs: number;
  /** Bytes of 16 lanes, of a block of x, and of a piece of each image. */
  readonly lane: number;
  readonly group: number;
  readonly x: number;
  readonly dy: number;
}

const stepsOf = (pairs: number) => Math.ceil(pairs / tilePairs);

export type Blocks = Pick<PieceLayout, 'groups' | 'lanes' | 'outputs'>;

/** The layout of pieces of at most `count` rows. */
export function pieceLayout(
  [rows, columns]: readonly [Axis, Axis],
  count: number,
  { groups, lanes, outputs }: Blocks,
): PieceLayout {
  const pairsOfRow = Math.ceil(columns.outSize / 2);
  const steps = stepsOf(count * pairsOfRow);
  let before = 0;
  const phases = phasesOf(rows).map((phase): RowPhase => {
    const start = before;
    before += (phase.last - phase.first) * pairsOfRow + steps * tilePairs;
    return { ...phase, before: start };
  });
  const lane = before * pairBytes;
  const group = lanes * lane;
  return {
    ...{ rows, columns, phases, pairsOfRow, steps, groups, lanes, outputs, lane, group },
    ...{ x: groups * group, dy: outputs * steps * tileBytes },
  };
}

function phasesOf(rows: Axis): Omit<RowPhase, 'before'>[] {
  const moves = tapsOf(rows).map((tap) => placeOf(tap, rows));
  return [...new Set(moves.map(({ phase }) => phase))].map((phase) => {
    const ways = moves.filter((one) => one.phase === phase).map(({ way }) => way);
    const size = Math.max(0, Math.ceil((rows.size - phase) / rows.step));
    return { phase, size, first: Math.min(...ways), last: Math.max(...ways) };
  });
}

/** The phase that a tap meets, and how far it is from an output's position there. */
function placeOf(tap: number, { step }: Axis): { readonly phase: number; readonly way: number } {
  const way = Math.floor(tap / step);
  return { phase: tap - way * step, way };
}

/** Where in a block of x the pairs of each row of the kernel and 16 lanes start. */
export function columnsOf(layout: PieceLayout): number[] {
  const { rows, phases, pairsOfRow, lanes, lane } = layout;
  return tapsOf(rows).flatMap((row) => {
    const { phase, way } = placeOf(row, rows);
    const found = phases.find((one) => one.phase === phase);
    const pairs = found ? found.before + (way - found.first) * pairsOfRow : 0;
    return Array.from({ length: lanes }, (_, k) => k * lane + pairs * pairBytes);
  });
}

/** Rows of outputs of an image. */
export interface PieceRows {
  readonly image: number;
  readonly row: number;
  readonly count: number;
}

/** Products of a piece. */
export const stepsOfPiece = ({ pairsOfRow }: PieceLayout, { count }: Pick<PieceRows, 'count'>) =>
  stepsOf(count * pairsOfRow);

export type At = (bytes: number) => Place;

/** An image, where it is, and where its piece goes. */
export interface PieceImage {
  readonly image: StoredImage;
  readonly from: At;
  readonly to: At;
}

/** Rows of a phase that a piece meets: those that are there, and the pairs of zeros in the place of the others. */
export interface PhaseRows {
  readonly row: number;
  readonly count: number;
  readonly zeros: NonNullable<PixelPairs['zeros']>;
  /** Where the first row that is there goes. */
  readonly at: number;
}

export function phaseRows(layout: PieceLayout, piece: PieceRows): PhaseRows[] {
  const { rows, pairsOfRow } = layout;
  const steps = stepsOfPiece(layout, piece);
  return layout.phases.map(({ phase, size, first, last, before }) => {
    const start = piece.row + first;
    const top = Math.min(Math.max(start, 0), size);
    const end = Math.min(Math.max(piece.row + piece.count + last, top), size);
    const count = end - top;
    const empty = count === 0 ? 0 : (top - start) * pairsOfRow;
    const all = (last - first) * pairsOfRow + steps * tilePairs;
    return {
      ...{ row: count === 0 ? 0 : top * rows.step + phase, count },
      zeros: { before: empty, behind: all - empty - count * pairsOfRow },
      at: (before + empty) * pairBytes,
    };
  });
}

/** Makes the pairs of a piece of x in blocks: `[block][column of the kernel][phase][row][pair]`. */
export function callsForX(
  kernels: Kernels,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  { image, from, to }: PieceImage,
): void {
  const { rows, columns, pairsOfRow, lane, group, groups } = layout;
  for (const { row, count, zeros, at } of phaseRows(layout, piece)) {
    const kernel = kernels.get(pixelPairs, {
      ...{ rows: count, fromRow: rows.step * image.rowBytes, toRow: pairsOfRow * pairBytes },
      ...{ width: columns.size, outputs: columns.outSize, step: columns.step },
      ...{ taps: tapsOf(columns), pair: pairBytes, tap: lane, zeros },
      blocks: { count: groups, from: image.blockBytes, to: group },
    });
    call(kernel, from(piece.image * image.imageBytes + row * image.rowBytes), to(at));
  }
}

/** Makes the tiles of a piece of dy: `[block][step][16 outputs][32 pixels]`. */
export function callsForDy(
  kernels: Kernels,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  { image, from, to }: PieceImage,
): void {
  const { columns, pairsOfRow, outputs, steps } = layout;
  const width = columns.outSize;
  const rows = { rows: piece.count, fromRow: image.rowBytes, toRow: pairsOfRow * pairBytes };
  const behind = stepsOfPiece(layout, piece) * tilePairs - piece.count * pairsOfRow;
  const shape = { ...rows, outputs: width, step: 1, zeros: { before: 0, behind } };
  const block = steps * tileBytes;
  const kernel =
    image.block === tileLanes
      ? kernels.get(pixelPairs, {
          ...{ ...shape, width, taps: [0], pair: pairBytes, tap: 0 },
          blocks: { count: outputs, from: image.blockBytes, to: block },
        })
      : kernels.get(runPairs, {
          ...{ ...shape, pixel: image.pixelBytes, elements: image.channels, lane: block },
          rowBytes: image.rowBytes,
        });
  call(kernel, from(piece.image * image.imageBytes + piece.row * image.rowBytes), to(0));
  call(kernels.get(turnTiles, { tiles: outputs * steps }), to(0));
}
