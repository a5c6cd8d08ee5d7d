/** Matrix products: `linear` (x · wᵀ + b) and `matmul` of two matrices. */
import { numel } from '../../../core/shape.js';
import type { MatmulAttrs } from '../../../graph/attrs/layers.js';
import { ROWS, storedSize } from '../../compiler/layout.js';
import {
  linearProduct,
  type MatrixProduct,
  matmulProduct,
} from '../../compiler/lower/matrix-product.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { Precision } from '../../precision.js';
import { argument, type OneDnn } from '../library.js';
import { emitPrimitive, type PhaseOperand } from './phase.js';
import { Scope } from './scope.js';
import { unitStart } from './shares.js';

/** Below so many multiply-adds the engine's own kernels, in float32, are done before oneDNN has copied its operands. */
const worthCalling = 1 << 18;

/** Rows and columns of the result, [first, first + count), that a thread makes. */
interface Piece {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** The longer side of the result is cut, in whole vectors. */
function piecesOf({ m, n }: MatrixProduct, threads: number, lanes: number): (Piece | undefined)[] {
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

/** Emits the product; the result is in `storage`. False, with the context untouched, where oneDNN has no fast code. */
function emitProduct(
  context: LowerContext,
  onednn: OneDnn,
  product: MatrixProduct,
  storage: Precision,
): boolean {
  const { m, n, k, a, b, values } = product;
  const { precision } = context;
  if (values.y.dtype !== 'float32' || numel(values.y.shape) === 0) return false;
  const isWorth = precision === 'bfloat16' || m * n * k >= worthCalling;
  if (onednn.lanes === 0 || !isWorth) return false;
  const scope = new Scope(context, onednn);
  const pieces = piecesOf(product, context.threads, onednn.lanes);
  const shares = pieces.map((piece) => {
    if (piece === undefined) return undefined;
    const { row, rows, column, columns } = piece;
    const src = scope.describe([rows, k], precision, [a.row, a.column]);
    const weights = scope.describe([k, columns], precision, [b.row, b.column]);
    const biasDesc = values.bias ? scope.describe([1, columns], 'float32', [n, 1]) : null;
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

  const src = context.input(values.a, ROWS, precision);
  const weights = context.input(values.b, ROWS, precision);
  const bias = values.bias && context.input(values.bias);
  const list: PhaseOperand[] = [
    { argument: argument.src, pointer: src },
    { argument: argument.weights, pointer: weights },
    { argument: argument.dst, pointer: context.output(values.y, ROWS, undefined, storage) },
  ];
  if (bias !== undefined) list.push({ argument: argument.bias, pointer: bias });
  emitPrimitive(context, onednn, list, ready);
  return true;
}

export function linearLowering(onednn: OneDnn): Lowering {
  return lowering((node, context) => {
    const product = linearProduct(node);
    return emitProduct(context, onednn, product, context.storageFor(product.values.y));
  });
}

/** Stacks of matrices and vectors are left to the engine's own kernels. */
export function matmulLowering(onednn: OneDnn): Lowering<MatmulAttrs> {
  return lowering<MatmulAttrs>((node, context) => {
    const product = matmulProduct(node);
    if (product === undefined) return false;
    // The gradient of a weight is one of these; it stays exact, whoever reads it.
    const { transposeA } = node.attrs;
    const storage = transposeA ? 'float32' : context.storageFor(product.values.y);
    return emitProduct(context, onednn, product, storage);
  });
}
