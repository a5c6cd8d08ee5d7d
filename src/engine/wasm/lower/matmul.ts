/** matmul: `[…, m, k]` · `[…, k, n]` → `[…, m, n]`; leading dimensions broadcast, a vector is a row or a column. */
import { internalError } from '../../../core/errors.js';
import { numel, type Shape } from '../../../core/shape.js';
import type { MatmulAttrs } from '../../../graph/attrs/layers.js';
import { lowering } from '../../compiler/lowering.js';
import { emitProduct } from './matmul-product.js';

/** Byte offset of each matrix of a stack, as its leading dimensions broadcast to `batch`. */
function stackOffsets(leading: Shape, batch: Shape, matrixBytes: number): number[] {
  let offsets = [0];
  let step = numel(leading) * matrixBytes;
  const padding = batch.length - leading.length;
  batch.forEach((size, i) => {
    const own = i < padding ? 1 : (leading[i - padding] ?? 1);
    step /= own;
    const stride = own === 1 ? 0 : step;
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: size }, (_, j) => offset + j * stride),
    );
  });
  return offsets;
}

export const matmulLowering = lowering<MatmulAttrs>((node, context) => {
  const [a, b] = node.inputs;
  const [y] = node.outputs;
  if (a === undefined || b === undefined || y === undefined)
    throw internalError('matmul without its operands or output');
  if (y.dtype !== 'float32' || numel(y.shape) === 0) return false;

  const shapeA = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const shapeB = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const rowsA = shapeA.at(-2) ?? 1;
  const columnsA = shapeA.at(-1) ?? 1;
  const rowsB = shapeB.at(-2) ?? 1;
  const columnsB = shapeB.at(-1) ?? 1;
  const transposeA = node.attrs.transposeA && a.shape.length > 1;
  const transposeB = node.attrs.transposeB && b.shape.length > 1;
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;

  const matrixDims = (a.shape.length > 1 ? 1 : 0) + (b.shape.length > 1 ? 1 : 0);
  const batch = y.shape.slice(0, y.shape.length - matrixDims);
  const offsetsA = stackOffsets(shapeA.slice(0, -2), batch, m * k * 4);
  const offsetsB = stackOffsets(shapeB.slice(0, -2), batch, k * n * 4);
  emitProduct(context, {
    m,
    n,
    k,
    a: {
      pointer: context.input(a),
      outer: transposeA ? 4 : columnsA * 4,
      inner: transposeA ? columnsA * 4 : 4,
    },
    b: {
      pointer: context.input(b),
      outer: transposeB ? columnsB * 4 : 4,
      inner: transposeB || columnsB === 1 ? 4 : columnsB * 4,
    },
    c: context.output(y),
    batches: offsetsA.map((offset, i) => [offset, offsetsB[i] ?? 0]),
  });
  return true;
});
