/**
 * Pieces of images as products of tiles sum over them (`../kernels/tile-gradient.ts`): rows of outputs one behind the other, two halves of them
 * side by side as pairs of pixels (`../kernels/position-pairs.ts`), of dy turned. Of x the pixels that lie a stride apart follow each other, with
 * zeros between rows: an element of the kernel is then a place in memory.
 */
import { type PositionPairs, positionBytes, positionPairs } from '../kernels/position-pairs.js';
import { turnTiles } from '../kernels/turn-tiles.js';
import type { Kernels } from '../kernels.js';
import { type Run, runsOf } from '../runs.js';
import { tileBytes } from '../tiles.js';
import { type Axis, tapsOf } from './axis.js';
import type { Call, Place } from './phase.js';
import type { StoredImage } from './stored-image.js';

export const tileLanes = 16;

/** Positions that a product sums over. */
const tilePositions = 16;

/** Pixels along an axis that some elements of the kernel meet, a stride apart. */
interface AxisPhase {
  readonly phase: number;
  /** How many there are, from pixel `phase` on. */
  readonly size: number;
  /** How far an output's position among them is moved at least, and at most. */
  readonly first: number;
  readonly last: number;
}

/** Pixels of both axes, and the positions of 16 lanes before them: `lead` zeros, then rows from `rows.first` on. */
interface Phase {
  readonly rows: AxisPhase;
  readonly columns: AxisPhase;
  readonly before: number;
  readonly lead: number;
  /** Of all, zeros behind the rows included. */
  readonly positions: number;
}

/** What is summed over. */
export interface Blocks {
  /** Blocks of x, lanes of 16 elements of a pixel (or of a run of pixels) in each, and blocks of dy. */
  readonly groups: number;
  readonly lanes: number;
  readonly outputs: number;
}

/** How pieces of images lie in memory. */
export interface PieceLayout extends Blocks {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly phases: readonly Phase[];
  /** Of a row. */
  readonly positions: number;
  /** Products of the largest piece. */
  readonly steps: number;
  /** Bytes of 16 lanes, of a block of x, and of a piece of each image. */
  readonly lane: number;
  readonly group: number;
  readonly x: number;
  readonly dy: number;
}

/** Rows of positions: of an odd number of rows the second half has one less. */
export const halfOf = (rows: number) => Math.ceil(rows / 2);

/** The layout of pieces of at most `count` rows. */
export function pieceLayout(
  [rows, columns]: readonly [Axis, Axis],
  count: number,
  blocks: Blocks,
): PieceLayout {
  const across = phasesOf(columns);
  // Positions beyond a row are zeros between it and the next: as many as any element of the kernel looks beyond.
  const positions = Math.max(
    columns.outSize,
    ...across.map((phase) => columnsUsed(phase, columns) + Math.max(0, -phase.first)),
    ...across.map((phase) => columns.outSize + phase.last),
  );
  const steps = Math.ceil((halfOf(count) * positions) / tilePositions);
  let before = 0;
  const phases = phasesOf(rows).flatMap((down) =>
    across.map((phase): Phase => {
      const lead = Math.max(0, -phase.first);
      const moved = (down.last - down.first) * positions + lead + Math.max(0, phase.last);
      const all = moved + steps * tilePositions;
      before += all;
      return { rows: down, columns: phase, before: before - all, lead, positions: all };
    }),
  );
  const lane = before * positionBytes;
  const group = blocks.lanes * lane;
  return {
    ...{ ...blocks, rows, columns, phases, positions, steps, lane, group },
    ...{ x: blocks.groups * group, dy: blocks.outputs * steps * tileBytes },
  };
}

/** Pixels of a phase that outputs meet. */
const columnsUsed = ({ size, last }: AxisPhase, { outSize }: Axis) =>
  Math.max(0, Math.min(size, outSize + last));

function phasesOf(axis: Axis): AxisPhase[] {
  const moves = tapsOf(axis).map((tap) => placeOf(tap, axis));
  return [...new Set(moves.map(({ phase }) => phase))].map((phase) => {
    const ways = moves.filter((one) => one.phase === phase).map(({ way }) => way);
    const size = Math.max(0, Math.ceil((axis.size - phase) / axis.step));
    return { phase, size, first: Math.min(...ways), last: Math.max(...ways) };
  });
}

/** The phase that a tap meets, and how far it is from an output's position there. */
function placeOf(tap: number, { step }: Axis): { readonly phase: number; readonly way: number } {
  const way = Math.floor(tap / step);
  return { phase: tap - way * step, way };
}

/** Where in a block of x each element of the kernel's first 16 lanes start. */
export function elementsOf({ rows, columns, phases, positions }: PieceLayout): number[] {
  return tapsOf(rows).flatMap((row) =>
    tapsOf(columns).map((column) => {
      const [down, across] = [placeOf(row, rows), placeOf(column, columns)];
      const found = phases.find(
        (one) => one.rows.phase === down.phase && one.columns.phase === across.phase,
      );
      if (found === undefined) return 0;
      const moved = (down.way - found.rows.first) * positions + found.lead + across.way;
      return (found.before + moved) * positionBytes;
    }),
  );
}

/** Rows of outputs of an image. */
export interface PieceRows {
  readonly image: number;
  readonly row: number;
  readonly count: number;
}

/** Products of a piece. */
export const stepsOfPiece = ({ positions }: PieceLayout, { count }: Pick<PieceRows, 'count'>) =>
  Math.ceil((halfOf(count) * positions) / tilePositions);

export type At = (bytes: number) => Place;

/** An image, where its first pixel of a batch is, and where its piece goes. */
export interface PieceImage {
  readonly image: StoredImage;
  readonly from: At;
  readonly to: At;
}

/** Which halves are there of a row of positions. */
type There = PositionPairs['there'];

/** Rows of positions [0, count): pixels of the first half lie in row `start` and behind, of the second `half` further on, if they are below `size`. */
function rowRuns(start: number, count: number, half: number, size: number) {
  const isThere = (row: number) => row >= 0 && row < size;
  const halves = Array.from({ length: count }, (_, at): There => {
    const [first, second] = [isThere(start + at), isThere(start + at + half)];
    return first ? (second ? 'both' : 'first') : second ? 'second' : 'none';
  });
  return runsOf(halves);
}

/** Rows of pixels, and positions that are made of them. */
interface Rows {
  readonly runs: readonly Run<There>[];
  readonly half: number;
  /** The pixel's byte of the row that is `row` behind the start of the runs. */
  readonly pixelAt: (row: number) => number;
  readonly fromRow: number;
  readonly positions: number;
  /** Zeros before and behind all rows. */
  readonly zeros: PositionPairs['zeros'];
  readonly shape: Pick<
    PositionPairs,
    'pixel' | 'rowBytes' | 'columns' | 'elements' | 'lane' | 'blocks'
  >;
}

function callsForRows(kernels: Kernels, call: Call, rows: Rows, from: At, to: At): void {
  const { runs, half, pixelAt, fromRow, positions, zeros, shape } = rows;
  runs.forEach(({ value: there, at, count }, i) => {
    const kernel = kernels.get(positionPairs, {
      ...{ ...shape, there, rows: count, positions, fromRow, second: half * fromRow },
      zeros: {
        before: i === 0 ? zeros.before : 0,
        behind: i === runs.length - 1 ? zeros.behind : 0,
      },
    });
    const row = there === 'none' ? undefined : there === 'second' ? at + half : at;
    const place = from(row === undefined ? 0 : pixelAt(row));
    call(kernel, place, to((zeros.before + at * positions) * positionBytes));
  });
}

/** Makes the pairs of a piece of x: `[block][lane][phase][row][position]`. */
export function callsForX(
  kernels: Kernels,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  { image, from, to, elements }: PieceImage & { readonly elements: number },
): void {
  const { rows, columns, positions, lane, group, groups } = layout;
  const half = halfOf(piece.count);
  for (const { rows: down, columns: across, before, lead, ...phase } of layout.phases) {
    const count = half + down.last - down.first;
    const start = piece.row + down.first;
    const ofPhase = (row: number) => (start + row) * rows.step + down.phase;
    const first = across.phase * image.pixelBytes;
    callsForRows(
      kernels,
      call,
      {
        runs: rowRuns(start, count, half, down.size),
        ...{ half, positions, fromRow: rows.step * image.rowBytes },
        pixelAt: (row) => piece.image * image.imageBytes + ofPhase(row) * image.rowBytes + first,
        zeros: { before: lead, behind: phase.positions - lead - count * positions },
        shape: {
          ...{ pixel: columns.step * image.pixelBytes, rowBytes: image.rowBytes - first },
          ...{ columns: columnsUsed(across, columns), elements, lane },
          blocks: { count: groups, from: image.blockBytes, to: group },
        },
      },
      from,
      (at) => to(before * positionBytes + at),
    );
  }
}

/** Makes the tiles of a piece of dy: `[block][step][16 outputs][16 positions][2]`. */
export function callsForDy(
  kernels: Kernels,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  { image, from, to }: PieceImage,
): void {
  const { columns, positions, outputs, steps } = layout;
  const half = halfOf(piece.count);
  const block = steps * tileBytes;
  const isBlocked = image.block === tileLanes;
  callsForRows(
    kernels,
    call,
    {
      runs: rowRuns(0, half, half, piece.count),
      ...{ half, positions, fromRow: image.rowBytes },
      pixelAt: (row) => piece.image * image.imageBytes + (piece.row + row) * image.rowBytes,
      zeros: {
        before: 0,
        behind: stepsOfPiece(layout, piece) * tilePositions - half * positions,
      },
      shape: {
        ...{ pixel: image.pixelBytes, rowBytes: image.rowBytes, columns: columns.outSize },
        ...{ elements: isBlocked ? tileLanes : image.channels, lane: isBlocked ? 0 : block },
        blocks: { count: isBlocked ? outputs : 1, from: image.blockBytes, to: block },
      },
    },
    from,
    to,
  );
  call(kernels.get(turnTiles, { tiles: outputs * steps }), to(0));
}
