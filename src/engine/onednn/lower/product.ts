/** Matrix products: `linear` (x · wᵀ + b) and `matmul` of two matrices. */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { ROWS, storedSize } from '../../compiler/layout.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import { argument, type OneDnn } from '../library.js';
import { emitPrimitive, type PhaseOperand } from './phase.js';
import { Scope } from './scope.js';
import { unitStart } from './shares.js';

/** Below so many multiply-adds the engine's own kernels, in float32, are done before oneDNN has copied its operands. */
const worthCalling = 1 << 18;

/** A matrix: elements from one row to the next, and from one column to the next. */
interface Matrix {
  readonly row: number;
  readonly column: number;
}

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly bias: boolean;
  /** How the result is stored. */
  readonly storage: Precision;
}

/** Rows and columns of the result, [first, first + count), that a thread makes. */
interface Piece {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** The longer side of the result is cut, in whole vectors. */
function piecesOf({ m, n }: Product, threads: number, lanes: number): (Piece | undefined)[] {
  const byColumns = n >= m;
  const length = byColumns ? n : m;
  const units = Math.ceil(length / lanes);
  return Array.from({ length: threads }, (_, i) => {
    const first = unitStart(units, i, threads) * lanes;
    const count = Math.min(length, unitStart(units, i + 1, threads) * lanes) - first;
    if (count <= 0) return undefined;
    return byColumns
      ? { row: 0, rows: m, column: first, columns: count }
      : { row: first, rows: count, column: 0, columns: n };
  });
}

interface Operands {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly c: Pointer;
  readonly bias?: Pointer | undefined;
}

/** Emits the product once `place` has asked the context for its operands; false where oneDNN has no fast code. */
function emitProduct(
  context: LowerContext,
  onednn: OneDnn,
  product: Product,
  place: () => Operands,
): boolean {
  const { m, n, k, a, b, bias, storage } = product;
  const { precision } = context;
  const isWorth = precision === 'bfloat16' || m * n * k >= worthCalling;
  if (onednn.lanes === 0 || !isWorth) return false;
  const scope = new Scope(context, onednn);
  const pieces = piecesOf(product, context.threads, onednn.lanes);
  const shares = pieces.map((piece) => {
    if (piece === undefined) return undefined;
    const { row, rows, column, columns } = piece;
    const src = scope.describe([rows, k], precision, [a.row, a.column]);
    const weights = scope.describe([k, columns], precision, [b.row, b.column]);
    const biasDesc = bias ? scope.describe([1, columns], 'float32', [n, 1]) : null;
    const dst = scope.describe([rows, columns], storage, [n, 1]);
    const primitiveDesc = scope.matmul(src, weights, biasDesc, dst);
    if (primitiveDesc === undefined) return null;
    const at = (desc: typeof src, elements: number, type: Precision = 'float32') => ({
      desc,
      offset: elements * storedSize('float32', type),
    });
    const placed = [
      at(src, row * a.row, precision),
      at(weights, column * b.column, precision),
      at(dst, row * n + column, storage),
      at(biasDesc, column),
    ];
    return { primitiveDesc, operands: placed };
  });
  const ready = shares.filter((share) => share !== null);
  if (ready.length < shares.length) return false;

  const pointers = place();
  const list: PhaseOperand[] = [
    { argument: argument.src, pointer: pointers.a },
    { argument: argument.weights, pointer: pointers.b },
    { argument: argument.dst, pointer: pointers.c },
  ];
  if (pointers.bias !== undefined) list.push({ argument: argument.bias, pointer: pointers.bias });
  emitPrimitive(context, onednn, list, ready);
  return true;
}

/** The operands and the result, row-major, as the precision wants them. */
function operandsOf(
  context: LowerContext,
  [a, b, bias]: readonly [a: Value, b: Value, bias?: Value | undefined],
  y: Value,
  storage: Precision,
): Operands {
  const { precision } = context;
  return {
    a: context.input(a, ROWS, precision),
    b: context.input(b, ROWS, precision),
    bias: bias && context.input(bias),
    c: context.output(y, ROWS, undefined, storage),
  };
}

export function linearLowering(onednn: OneDnn): Lowering {
  return lowering((node, context) => {
    const [x, w] = operands(node.inputs);
    const bias = node.inputs[2];
    const [y] = operands(node.outputs);
    const [n = 1, k = 1] = w.shape;
    if (y.dtype !== 'float32' || numel(y.shape) === 0) return false;
    const m = numel(y.shape) / n;
    const a = { row: k, column: 1 };
    const b = { row: 1, column: k };
    const storage = context.storageFor(y);
    const product = { m, n, k, a, b, bias: bias !== undefined, storage };
    const place = () => operandsOf(context, [x, w, bias], y, storage);
    return emitProduct(context, onednn, product, place);
  });
}

interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Stacks of matrices and vectors are left to the engine's own kernels. */
export function matmulLowering(onednn: OneDnn): Lowering {
  return lowering<MatmulAttrs>(({ inputs, outputs, attrs }, context) => {
    const [left, right] = operands(inputs);
    const [y] = operands(outputs);
    const areMatrices = left.shape.length === 2 && right.shape.length === 2;
    if (y.dtype !== 'float32' || !areMatrices || numel(y.shape) === 0) return false;
    const [m = 1, n = 1] = y.shape;
    const [rowsA = 1, columnsA = 1] = left.shape;
    const [, columnsB = 1] = right.shape;
    const { transposeA, transposeB } = attrs;
    const k = transposeA ? rowsA : columnsA;
    const a = transposeA ? { row: 1, column: columnsA } : { row: columnsA, column: 1 };
    const b = transposeB ? { row: 1, column: columnsB } : { row: columnsB, column: 1 };
    // The gradient of a weight is one of these; it stays exact, whoever reads it.
    const storage = transposeA ? 'float32' : context.storageFor(y);
    const product = { m, n, k, a, b, bias: false, storage };
    const place = () => operandsOf(context, [left, right], y, storage);
    return emitProduct(context, onednn, product, place);
  });
}
