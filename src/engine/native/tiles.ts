/**
 * AMX's tiles as kernels see them: each has a shape, which the kernel tells the CPU at its start (palette 1 of Intel's manual). A product
 * of tiles, `tdpbf16ps`, multiplies pairs of bfloat16 that lie side by side and adds in float32: c `[rows, n]` += a `[rows, 2 k]` · b
 * `[k, n, 2]`.
 */
import { internalError } from '../../core/errors.js';
import type { Gpr, Tile } from './asm/operands.js';

/** Rows, at most 16, of so many bytes, at most 64. */
export interface TileShape {
  readonly rows: number;
  readonly bytes: number;
}

export interface ShapedTile extends Tile, TileShape {}

/** Bytes between rows, in a register. */
export interface Stride {
  readonly register: Gpr;
  readonly bytes: number;
}

export const wholeTile: TileShape = { rows: 16, bytes: 64 };

/** Bytes of a whole tile whose rows lie one behind the other. */
export const tileBytes = wholeTile.rows * wholeTile.bytes;

/** One of those that a kernel sums into. */
export function tileAt(tiles: readonly ShapedTile[], i: number): ShapedTile {
  const tile = tiles[i];
  if (tile === undefined) throw internalError(`more sums than there are tiles: ${tiles.length}`);
  return tile;
}

const most = 8;

/** The operand of `ldtilecfg`: 64 bytes in words of 32 bits. */
export function tileConfiguration(shapes: readonly TileShape[]): number[] {
  if (shapes.length > most) throw internalError(`a kernel needs more than ${most} tiles`);
  const bytes = new DataView(new ArrayBuffer(64));
  bytes.setUint8(0, 1); // The palette.
  for (const [i, { rows, bytes: width }] of shapes.entries()) {
    const fits = isWithin(rows, wholeTile.rows) && isWithin(width, wholeTile.bytes);
    if (!fits || width % 4 !== 0) throw internalError(`no tile has ${rows} rows of ${width} bytes`);
    bytes.setUint16(16 + 2 * i, width, true);
    bytes.setUint8(48 + i, rows);
  }
  return Array.from({ length: 16 }, (_, i) => bytes.getInt32(4 * i, true));
}

const isWithin = (n: number, end: number) => Number.isInteger(n) && n >= 1 && n <= end;

/** Bytes from the first row's start that a tile touches in memory. */
export function spanOfRows({ rows, bytes }: TileShape, stride: Stride) {
  const way = (rows - 1) * stride.bytes;
  return { from: Math.min(0, way), to: Math.max(0, way) + bytes };
}

export function requireProduct([c, a, b]: readonly ShapedTile[]): void {
  const fits = c && a && b && c.rows === a.rows && c.bytes === b.bytes && a.bytes === 4 * b.rows;
  const differ = new Set([c?.id, a?.id, b?.id]).size === 3;
  if (!fits || !differ) throw internalError('a product of tiles whose shapes do not fit');
}
