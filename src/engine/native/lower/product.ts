/** Matrix products: `linear` (x · wᵀ + b) and `matmul` of two matrices. */
import type { MatmulAttrs } from '../../../graph/attrs/layers.js';
import { ROWS } from '../../compiler/layout.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { dot } from '../kernels/dot.js';
import { product, tileFor } from '../kernels/product.js';
import { copyRows } from '../kernels/weight-order.js';
import type { Kernels } from '../kernels.js';
import { linearProduct, type MatrixProduct, matmulProduct } from './matrix-product.js';
import { emitPacking, type WeightView } from './packed-weights.js';
import { areReachable, type Call, KernelPhase, type Place } from './phase.js';
import { shareOf } from './shares.js';
import { emitTileProduct, fillsTiles } from './tile-product.js';

/** Below so many multiply-adds writing code takes longer than what it could save. */
const worthWriting = 1 << 12;

/** From so many elements of k for each row on, adding lanes at the end costs less than turning the weights before. */
const dotsPerRow = 16;

/** Emits y[m][n] = a · b (+ bias); false, with the context untouched, where no kernel fits. */
function emitProduct(kernels: Kernels, context: LowerContext, given: MatrixProduct): boolean {
  const { m, n, k, values } = given;
  const isFloat = [values.a, values.b, values.y].every(({ dtype }) => dtype === 'float32');
  if (!isFloat || m * n * k < worthWriting) return false;
  if (!areReachable(4 * m * k, 4 * n * k, 4 * m * n)) return false;
  if (fillsTiles(kernels, context, given)) {
    emitTileProduct(kernels, context, given);
    return true;
  }
  const isDotted = given.a.column === 1 && given.b.row === 1;
  if (!isDotted && given.b.column !== 1) return false; // Both turned.
  if (isDotted && k >= dotsPerRow * m) emitDots(kernels, context, given);
  else emitTiles(kernels, context, given);
  return true;
}

function emitDots(
  kernels: Kernels,
  context: LowerContext,
  { m, n, k, a, b, values }: MatrixProduct,
): void {
  const { bias } = values;
  const phase = new KernelPhase(context);
  const x = phase.operand(context.input(values.a, ROWS));
  const w = phase.operand(context.input(values.b, ROWS));
  const add = bias && phase.operand(context.input(bias));
  const to = phase.operand(context.output(values.y, ROWS));
  const { threads } = context;
  const unit = 4;
  phase.run((thread, call) => {
    const share = shareOf(Math.ceil(n / unit), thread, threads);
    const first = share.first * unit;
    const columns = Math.min(n, share.end * unit) - first;
    if (columns <= 0) return;
    const rows = { xRow: 4 * a.row, wRow: 4 * b.column, yRow: 4 * n };
    const kernel = kernels.get(dot, { m, n: columns, k, ...rows, hasBias: bias !== undefined });
    const places = [x.at(0), w.at(4 * first * b.column), to.at(4 * first)];
    if (add !== undefined) places.push(add.at(4 * first));
    call(kernel, ...places);
  });
}

/** How a tile's columns lie: bytes between steps of k, and between panels. */
interface Panels {
  readonly bStep: number;
  readonly bPanel: number;
}

function emitTiles(kernels: Kernels, context: LowerContext, given: MatrixProduct): void {
  const { m, n, k, a, b, values } = given;
  const { bias } = values;
  const tile = tileFor(n, kernels.level);
  const panel = tile.vectors * kernels.level.lanes;
  const from = context.input(values.a, ROWS);
  const plain = context.input(values.b, ROWS);
  const add = bias && context.input(bias);
  const to = context.output(values.y, ROWS);
  const isTurned = b.column !== 1;
  const matrix = isTurned ? turned(kernels, context, given, plain, tile.vectors) : plain;
  const panels: Panels = isTurned
    ? { bStep: 4 * panel, bPanel: 4 * panel * k }
    : { bStep: 4 * b.row, bPanel: 4 * panel };
  // Rows that lie far apart are read once for all rows of a, not from other pages and few cache sets by each.
  const isFar = !isTurned && panels.bStep >= farApart && m >= 4 * tile.rows;
  const copy = isFar ? context.threadScratch(4 * panel * k) : undefined;

  const phase = new KernelPhase(context);
  const [x, w, out] = [phase.operand(from), phase.operand(matrix), phase.operand(to)];
  const adds = add && phase.operand(add);
  const own = copy && phase.own(copy);
  const { threads } = context;
  const byColumns = n >= m;
  const multiply = (
    call: Call,
    rows: Range,
    columns: Range,
    at: Place,
    { bStep, bPanel }: Panels,
  ) => {
    const kernel = kernels.get(product, {
      ...{ m: rows.count, n: columns.count, k, tile, bStep, bPanel },
      ...{ aRow: 4 * a.row, aStep: 4 * a.column, cRow: 4 * n },
      hasBias: bias !== undefined,
    });
    const places = [x.at(4 * rows.first * a.row), at, out.at(4 * (rows.first * n + columns.first))];
    if (adds !== undefined) places.push(adds.at(4 * columns.first));
    call(kernel, ...places);
  };
  phase.run((thread, call) => {
    const share = shareOf(byColumns ? Math.ceil(n / panel) : m, thread, threads);
    if (share.first === share.end) return;
    const rows = byColumns
      ? { first: 0, count: m }
      : { first: share.first, count: share.end - share.first };
    const first = byColumns ? share.first * panel : 0;
    const end = byColumns ? Math.min(n, share.end * panel) : n;
    if (own === undefined) {
      const at = w.at((first / panel) * panels.bPanel);
      multiply(call, rows, { first, count: end - first }, at, panels);
      return;
    }
    for (let column = first; column < end; column += panel) {
      const columns = { first: column, count: Math.min(panel, end - column) };
      const shape = { rows: k, floats: columns.count, fromRow: panels.bStep, toRow: 4 * panel };
      call(kernels.get(copyRows, shape), w.at(4 * column), own.at(0));
      multiply(call, rows, columns, own.at(0), { bStep: 4 * panel, bPanel: 0 });
    }
  });
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/** Bytes between rows from which on they share few sets of the first-level cache. */
const farApart = 1024;

/** b, whose columns lie along k, in panels of columns. */
function turned(
  kernels: Kernels,
  context: LowerContext,
  { n, k, b }: MatrixProduct,
  plain: Pointer,
  vectors: number,
): Pointer {
  const { lanes } = kernels.level;
  const whole = k - (k % lanes);
  const blocks = [
    { first: 0, count: whole },
    { first: whole, count: k - whole },
  ].filter(({ count }) => count > 0);
  const view: WeightView = {
    ...{ channels: n, laneStride: b.column, blocks, channelStride: 1 },
    ...{ rows: [0], columns: [0], width: 1 },
  };
  return emitPacking(kernels, context, plain, [{ view, at: 0 }], vectors);
}

export function linearLowering(kernels: Kernels): Lowering {
  return lowering((node, context) => emitProduct(kernels, context, linearProduct(node)));
}

/** Stacks of matrices and vectors are left to the engine's other kernels. */
export function matmulLowering(kernels: Kernels): Lowering<MatmulAttrs> {
  return lowering<MatmulAttrs>((node, context) => {
    const product = matmulProduct(node);
    return product !== undefined && emitProduct(kernels, context, product);
  });
}
