/**
 * Winograd's transforms of a row of tiles, a vector of channels at a time: pixels `[blocks][H][W][16]` to and from 36 matrices of
 * `[tiles][channels]`, or 16 of small tiles. Sizes and edges are part of the code.
 */
import type { Precision } from '../../precision.js';
import type { Vec } from '../asm/operands.js';
import { bytesOf, type Cursor, type KernelWriter } from '../kernel-writer.js';
import { type Ending, storeEnded } from './ending.js';
import { type ElementForm, formBytes, storeForm } from './pairs.js';
import { gradientPass, inputPass, outputPass, type Pass, twoPasses } from './winograd-passes.js';
import { smallInputPass, smallOutputPass } from './winograd-small-passes.js';

/** Elements [first, end) of a window or tile; the others are outside of the image. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

export interface TileRow {
  /** Matrices in a row and in a column of a transformed tile: of four pixels, or of two. */
  readonly points: 6 | 4;
  /** Rows of the window that are inside, and the same of the columns for runs of tiles that are alike. */
  readonly rows: Span;
  readonly runs: readonly (Span & { readonly count: number })[];
  /** Pixels from one tile to the next. */
  readonly step: number;
  /** Blocks of 16 channels, and the bytes of a row of pixels and of a block. */
  readonly blocks: number;
  readonly rowBytes: number;
  readonly blockBytes: number;
  /** Bytes between the matrices, and between tiles in them. */
  readonly matrix: number;
  readonly tile: number;
  /** Of the pixels. */
  readonly storage: Precision;
  /** Of the elements of matrices. @default float32 */
  readonly form?: ElementForm;
}

/** Bytes of a pixel: 16 channels lie side by side. */
const pixelBytes = ({ storage }: TileRow) => 16 * bytesOf(storage);

const isIn = ({ first, end }: Span, i: number) => i >= first && i < end;

/**
 * Calls `body` for each tile: `pixels` are at the window's corner, `matrices` at the tile's first. `startsVector` is called before
 * the tiles of each vector of channels.
 */
function eachTile(
  w: KernelWriter,
  shape: TileRow & { readonly startsVector?: () => void },
  pixels: Cursor,
  matrices: Cursor,
  body: (pixels: Cursor, matrices: Cursor, columns: Span) => void,
): void {
  const { lanes } = w.level;
  const pixel = pixelBytes(shape);
  w.loop(shape.blocks, () => {
    w.loop(16 / lanes, () => {
      shape.startsVector?.();
      const window = pixels.fork();
      const tile = matrices.fork();
      for (const run of shape.runs)
        w.loop(run.count, () => {
          body(window, tile, run);
          window.advance(shape.step * pixel);
          tile.advance(shape.tile);
        });
      pixels.advance(lanes * bytesOf(shape.storage));
      matrices.advance(lanes * formBytes(shape.form ?? 'float32'));
    });
    pixels.advance(shape.blockBytes - pixel);
  });
}

/** V = Bᵀ x B. Arguments: x at the corner of the first window, V at the row's first tile, room for a pass. */
export function winogradInput(w: KernelWriter, shape: TileRow): void {
  const { x: pixels, v: matrices, temp } = w.pointers('x', 'v', 'temp');
  const operands = { pixels, matrices, temp };
  if (shape.points === 6) transformRow(w, shape, operands, inputPass(w), w.vectors(6));
  else transformRow(w, shape, operands, smallInputPass(w), w.vectors(4));
}

/** D = A dy Aᵀ, of tiles of four pixels. Arguments: dy at the first tile's corner, D at the row's first tile, room for a pass. */
export function winogradGradient(w: KernelWriter, shape: TileRow): void {
  const { dy, d, temp } = w.pointers('dy', 'd', 'temp');
  transformRow(w, shape, { pixels: dy, matrices: d, temp }, gradientPass(w), w.vectors(4));
}

/** Pixels to matrices, by `pass` in both directions. */
function transformRow<From extends readonly Vec[], To extends readonly Vec[]>(
  w: KernelWriter,
  shape: TileRow,
  { pixels, matrices, temp }: Readonly<Record<'pixels' | 'matrices' | 'temp', Cursor>>,
  pass: Pass<From, To>,
  registers: From,
): void {
  const { points, matrix, form = 'float32' } = shape;
  eachTile(w, shape, pixels, matrices, (window, tile, columns) => {
    twoPasses(w, {
      ...{ pass, registers, temp },
      hasColumn: (j) => isIn(columns, j),
      load: pixelsOf(w, shape, window),
      store: (from, i, j) => storeForm(w, form, tile.at((i * points + j) * matrix), from),
    });
  });
}

function pixelsOf(w: KernelWriter, shape: TileRow, window: Cursor) {
  const { rows, rowBytes, storage } = shape;
  return (to: Vec, i: number, j: number) => {
    if (isIn(rows, i)) w.loadAs(storage, to, window.at(i * rowBytes + j * pixelBytes(shape)));
    else w.zero(to);
  };
}

export interface OutputRow extends TileRow {
  readonly ending: Ending;
}

/** y = Aᵀ M A + bias. Arguments: y at the first tile's corner, M at the row's first tile, a float per channel, room for a pass. */
export function winogradOutput(w: KernelWriter, shape: OutputRow): void {
  const { y, m, bias, temp } = w.pointers('y', 'm', 'bias', 'temp');
  const { points } = shape;
  const add = w.vector();
  const startsVector = () => {
    w.vmovups(add, bias.at());
    bias.advance(4 * w.level.lanes);
  };
  const transform = <From extends readonly Vec[], To extends readonly Vec[]>(
    pass: Pass<From, To>,
    registers: From,
  ) =>
    eachTile(w, { ...shape, startsVector }, y, m, (window, tile, columns) => {
      twoPasses(w, {
        ...{ pass, registers, temp },
        rows: shape.rows.end,
        load: (to, i, j) => w.vmovups(to, tile.at((i * points + j) * shape.matrix)),
        store(from, i, j) {
          if (!isIn(columns, j)) return;
          w.vaddps(from, from, add);
          const at = window.at(i * shape.rowBytes + j * pixelBytes(shape));
          storeEnded(w, shape.storage, shape.ending, [{ sum: from, at, part: undefined }]);
        },
      });
    });
  if (points === 6) transform(outputPass(w), w.vectors(6));
  else transform(smallOutputPass(w), w.vectors(4));
}
