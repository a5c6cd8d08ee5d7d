// C[m, n] = A · B (+ bias) for row-major C and operands of which each is contiguous along one of its two dimensions: every
// transposed and plain product that linear layers, their gradients and matmul need, over a list of batches.

import { GemmArgs } from './args';
import { packColumns, packRows } from './gemm-pack';
import { rowsTile, stepsTile } from './gemm-tiles';
import { unitStart } from './share';

const TALLEST: i32 = 6;

// The product by packed panels. Unit of work: rowsPerUnit × columnsPerUnit of C of a batch.
export function gemm(g: GemmArgs, tid: i32, threads: i32): void {
  const across = (g.n - 1) / g.columnsPerUnit + 1;
  const down = (g.m - 1) / g.rowsPerUnit + 1;
  const scratch = g.scratch + <usize>tid * g.scratchBytes;
  const end = unitStart(g.batches * across * down, tid + 1, threads);
  for (let i = unitStart(g.batches * across * down, tid, threads); i < end; i++) {
    const whole = i / down; // batch · across + block of columns
    const row = (i - whole * down) * g.rowsPerUnit;
    const batch = whole / across;
    const column = (whole - batch * across) * g.columnsPerUnit;
    const rows = min(g.rowsPerUnit, g.m - row);
    const columns = min(g.columnsPerUnit, g.n - column);
    const offset = g.offsets + <usize>batch * 12;
    const a = g.a + <usize>load<u32>(offset) + <usize>row * g.aRow;
    const b = g.b + <usize>load<u32>(offset, 4) + <usize>column * g.bColumn;
    const c = g.c + <usize>load<u32>(offset, 8) + <usize>row * g.cRow + (<usize>column << 2);
    const bias = g.bias ? g.bias + (<usize>column << 2) : 0;
    for (let k = 0; k < g.k; k += g.depth) {
      const depth = min(g.depth, g.k - k);
      multiply(g, a + <usize>k * g.aStep, b + <usize>k * g.bStep, c, rows, columns, depth, bias, k > 0, scratch);
    }
    if (g.k == 0) multiply(g, a, b, c, rows, columns, 0, bias, false, scratch);
  }
}

// C (rows × columns) ← A · B over `depth` indices, on top of the bias or, for a later piece of k, of what C holds.
function multiply(
  g: GemmArgs,
  a: usize,
  b: usize,
  c: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  bias: usize,
  isLater: bool,
  scratch: usize,
): void {
  const tiles = (rows - 1) / TALLEST + 1;
  const shorter = rows / tiles;
  const longer = rows - shorter * tiles; // tiles with one row more
  const packedB = scratch;
  const packedA = packedB + (<usize>g.depth << 5);
  const tile = packedA + (<usize>((g.rowsPerUnit + TALLEST) * g.depth) << 2);
  const rowsAreContiguous = g.aStep == 4;
  const slot = <usize>(depth * TALLEST) << 2; // of a packed tile of A
  if (!rowsAreContiguous) packRows(a, g.aStep, depth, tiles, shorter, longer, packedA, slot);
  // Packing pays when a panel is read more than twice.
  const packs = g.bColumn != 4 || rows > 2 * TALLEST;
  for (let j = 0; j < columns; j += 8) {
    const width = min(8, columns - j);
    const isWhole = width == 8;
    let panel = b + <usize>j * g.bColumn;
    let bStep = g.bStep;
    if (packs || !isWhole) {
      packColumns(panel, g.bStep, g.bColumn, depth, width, packedB);
      panel = packedB;
      bStep = 32;
    }
    const panelBias = bias != 0 ? bias + (<usize>j << 2) : 0;
    let left = rowsAreContiguous ? a : packedA;
    let to = c + (<usize>j << 2);
    for (let t = 0; t < tiles; t++) {
      const count = t < longer ? shorter + 1 : shorter;
      const y = isWhole ? to : tile;
      const yStep = isWhole ? g.cRow : 32;
      const add: usize = !isWhole ? 0 : isLater ? to : panelBias;
      const addStep = isLater ? g.cRow : 0;
      if (rowsAreContiguous) {
        const end = left + (<usize>depth << 2);
        rowsTile(count, left, g.aRow, end, panel, bStep, y, yStep, add, addStep, -Infinity);
        left += <usize>count * g.aRow;
      } else {
        const end = panel + <usize>depth * bStep;
        stepsTile(8, count, left, 24, panel, bStep, end, y, yStep, add, addStep, -Infinity);
        left += slot;
      }
      if (!isWhole) storeTile(tile, to, g.cRow, count, width, panelBias, isLater);
      to += <usize>count * g.cRow;
    }
  }
}

// The first `width` columns of a tile, on top of the bias or of what C holds.
function storeTile(tile: usize, to: usize, cRow: usize, rows: i32, width: i32, bias: usize, isLater: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let j: usize = 0; j < <usize>width << 2; j += 4) {
      const under: f32 = isLater ? load<f32>(to + j) : bias != 0 ? load<f32>(bias + j) : 0;
      store<f32>(to + j, load<f32>(tile + j) + under);
    }
    tile += 32;
    to += cRow;
  }
}
