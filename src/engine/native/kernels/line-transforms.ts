/**
 * Winograd's transforms along rows of pixels: windows of eight positions to and from eight matrices `[tile][row][channel]`. A
 * position is a pixel, or with a stride of s the s pixels that lie side by side.
 */
import type { Precision } from '../../precision.js';
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter, Part } from '../kernel-writer.js';
import { runsOf } from '../runs.js';
import { type Ending, storeEnded } from './ending.js';
import { lineGatherPass, lineInputPass, lineSpreadPass, points } from './line-passes.js';
import { type ElementForm, formBytes, storeForm } from './pairs.js';
import { type BlockEnd, storeZeros } from './vector-places.js';

/** Tiles that are alike: positions [first, end) of their windows are inside of the image. */
export interface TileRun {
  readonly first: number;
  readonly end: number;
  readonly count: number;
}

/** A vector of a position: where it lies in the image and in a matrix of floats, and how many of its lanes are there. */
export interface LineVector {
  readonly pixel: number;
  readonly matrix: number;
  readonly lanes: number;
}

/** Of matrices; `pairs`: two tiles that follow each other share a place, as halves of pairs, where the last may be alone. */
export type LineElements = Precision | 'pairs';

export interface LineRows {
  readonly rows: number;
  readonly runs: readonly TileRun[];
  readonly vectors: readonly LineVector[];
  /** Of the image. */
  readonly storage: Precision;
  /** Bytes of the image between positions, tiles and rows. */
  readonly position: number;
  readonly step: number;
  readonly imageRow: number;
  /** Bytes between matrices, and in one between tiles and rows. */
  readonly matrix: number;
  readonly tile: number;
  readonly matrixRow: number;
}

interface TilePlace {
  readonly image: Cursor;
  readonly matrix: Cursor;
  readonly run: TileRun;
  readonly form: ElementForm;
  readonly vector: LineVector;
  readonly part: Part | undefined;
}

/** Places that are alike, with one tile or two. */
interface PlaceRun {
  readonly tiles: readonly { readonly run: TileRun; readonly form: ElementForm }[];
  readonly count: number;
}

function placesOf(runs: readonly TileRun[], elements: LineElements): readonly PlaceRun[] {
  if (elements !== 'pairs')
    return runs.map((run) => ({ tiles: [{ run, form: elements }], count: run.count }));
  const all = runs.flatMap((run) => Array.from({ length: run.count }, () => run));
  const pairs = Array.from({ length: Math.ceil(all.length / 2) }, (_, i) =>
    all.slice(2 * i, 2 * i + 2),
  );
  return runsOf(pairs).map(({ value, count }) => ({
    tiles: value.map((run, t) => ({ run, form: t === 0 ? 'first' : 'second' }) as const),
    count,
  }));
}

/** Calls `body` for each tile of each row and vector. */
function eachTile(
  w: KernelWriter,
  shape: LineRows & { readonly elements?: LineElements },
  image: Cursor,
  matrix: Cursor,
  body: (place: TilePlace) => void,
): void {
  const places = placesOf(shape.runs, shape.elements ?? 'float32');
  for (const { lanes } of shape.vectors) w.part(lanes);
  w.loop(shape.rows, () => {
    for (const vector of shape.vectors)
      w.scope(() => {
        const [imageAt, matrixAt] = [image.fork(), matrix.fork()];
        for (const { tiles, count } of places)
          w.loop(count, () => {
            const part = w.part(vector.lanes);
            for (const tile of tiles) {
              body({ image: imageAt, matrix: matrixAt, ...tile, vector, part });
              imageAt.advance(shape.step);
            }
            matrixAt.advance(shape.tile);
          });
      });
    image.advance(shape.imageRow);
    matrix.advance(shape.matrixRow);
  });
}

export interface LineInputs extends LineRows {
  readonly elements: LineElements;
}

/** V = Bᵀ x. Arguments: x at the first window's first position, V at the first tile of the row. */
export function lineInput(w: KernelWriter, shape: LineInputs): void {
  const { x, v } = w.pointers('x', 'v');
  const pass = lineInputPass(w);
  const registers = w.vectors(points);
  eachTile(w, shape, x, v, ({ image, matrix, run, form, vector, part }) => {
    registers.forEach((to, j) => {
      if (j < run.first || j >= run.end) w.zero(to);
      else w.loadAs(shape.storage, to, image.at(j * shape.position + vector.pixel), part);
    });
    const place = (vector.matrix / 4) * formBytes(form);
    pass(registers, (from, e) =>
      storeForm(w, form, matrix.at(e * shape.matrix + place), from, part),
    );
  });
}

export interface LineOutputs extends LineRows {
  /** Pixels of a tile: four or five. */
  readonly outputs: number;
}

/** D = A dy. Arguments: dy at the first tile, D at the first tile of the row. */
export function lineGradient(
  w: KernelWriter,
  shape: LineOutputs & { readonly elements: 'float32' | 'pairs' },
): void {
  const { dy, d } = w.pointers('dy', 'd');
  const pass = lineSpreadPass(w, { scaled: false });
  const registers = w.vectors(shape.outputs);
  eachTile(w, shape, dy, d, ({ image, matrix, run, form, vector, part }) => {
    registers.forEach((to, j) => {
      if (j >= run.end) w.zero(to);
      else w.loadAs(shape.storage, to, image.at(j * shape.position + vector.pixel), part);
    });
    pass(registers, (from, e) =>
      storeForm(w, form, matrix.at(e * shape.matrix + vector.matrix), from),
    );
  });
}

export interface LineResults extends LineOutputs, BlockEnd {
  readonly ending: Ending;
}

/** y = Aᵀ M + bias. Arguments: y at the first tile, M at the first tile of the row, a float per channel. */
export function lineOutput(w: KernelWriter, shape: LineResults): void {
  const { y, m, bias } = w.pointers('y', 'm', 'bias');
  const pass = lineGatherPass(w, { count: shape.outputs, scaled: false });
  const registers = w.vectors(points);
  const add = w.vector();
  const { vectors } = shape;
  eachTile(w, shape, y, m, ({ image, matrix, run, vector, part }) => {
    w.load(add, bias.at(vector.matrix), part);
    registers.forEach((to, e) => {
      w.vmovups(to, matrix.at(e * shape.matrix + vector.matrix));
    });
    pass(registers, (from, j) => {
      if (j >= run.end) return;
      w.vaddps(from, from, add);
      const at = image.at(j * shape.position + vector.pixel);
      // The next pixel is written after this one: whole vectors are faster, and what they write behind is lost.
      const isFollowed = vectors.length === 1 && j + 1 < run.end && !shape.ending.adds;
      const own = shape.isPadded || isFollowed ? undefined : part;
      storeEnded(w, shape.storage, shape.ending, [{ sum: from, at, part: own }]);
      if (vector === vectors.at(-1))
        storeZeros(w, shape, from, (bytes) => image.at(j * shape.position + vector.pixel + bytes));
    });
  });
}

/** The taps of a line that meet one of the pixels of a position; undefined: a tap that the kernel does not have. */
export type LineTaps = readonly (number | undefined)[];

export interface LineWeights {
  readonly rows: number;
  readonly channels: number;
  readonly vectors: number;
  readonly taps: LineTaps;
  /** Bytes of a kernel row and a channel, and of a tap, as they are packed. */
  readonly packedRow: number;
  readonly packedChannel: number;
  readonly packedTap: number;
  /** Bytes of a matrix, of a kernel row and of a channel in it. */
  readonly matrix: number;
  readonly row: number;
  readonly channel: number;
}

/** Calls `body` for each kernel row, channel and vector. */
function eachLine(
  w: KernelWriter,
  shape: LineWeights,
  packed: Cursor,
  matrix: Cursor,
  body: (at: number) => void,
): void {
  const { rows, channels, vectors, packedRow, packedChannel, row, channel } = shape;
  w.loop(rows, () => {
    w.loop(channels, () => {
      for (let v = 0; v < vectors; v++) body(v * 4 * w.level.lanes);
      packed.advance(packedChannel);
      matrix.advance(channel);
    });
    packed.advance(packedRow - channels * packedChannel);
    matrix.advance(row - channels * channel);
  });
}

/** U = G g for a panel of output channels. Arguments: the packed weights, U. */
export function lineWeights(w: KernelWriter, shape: LineWeights): void {
  const { packed, u } = w.pointers('packed', 'u');
  const pass = lineSpreadPass(w, { scaled: true });
  const registers: Vec[] = shape.taps.map(() => w.vector());
  eachLine(w, shape, packed, u, (at) => {
    registers.forEach((to, t) => {
      const tap = shape.taps[t];
      if (tap === undefined) w.zero(to);
      else w.vmovups(to, packed.at(tap * shape.packedTap + at));
    });
    pass(registers, (from, e) => w.vmovups(u.at(e * shape.matrix + at), from));
  });
}

export interface LineSums extends LineWeights {
  /** How many sums of so many bytes there are, one of each thread. */
  readonly parts: number;
  readonly partBytes: number;
}

/** Gᵀ S for vectors of output channels. Arguments: S, the taps as they are packed. */
export function lineTaps(w: KernelWriter, shape: LineSums): void {
  const { s, packed } = w.pointers('s', 'packed');
  const pass = lineGatherPass(w, { count: shape.taps.length, scaled: true });
  const registers = w.vectors(points);
  eachLine(w, shape, packed, s, (at) => {
    registers.forEach((to, e) => {
      const from = e * shape.matrix + at;
      w.vmovups(to, s.at(from));
      for (let p = 1; p < shape.parts; p++) w.vaddps(to, to, s.at(from + p * shape.partBytes));
    });
    pass(registers, (from, t) => {
      const tap = shape.taps[t];
      if (tap !== undefined) w.vmovups(packed.at(tap * shape.packedTap + at), from);
    });
  });
}
