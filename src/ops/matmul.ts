import { ShapeError } from '../core/errors.js';
import { broadcastShapes, formatShape, numel, type Shape } from '../core/shape.js';
import type { MatmulAttrs } from '../graph/attrs/layers.js';
import type { NdArray, TensorType } from '../graph/op.js';
import { defineOp, type Op } from '../tensor/define-op.js';
import type { Tensor } from '../tensor/tensor.js';
import { addDotRows, packRows } from './kernels/dot-rows.js';
import { broadcastStrides, stridedRuns } from './kernels/strided.js';
import { requireOneFloat } from './require.js';

/** What a call of matmul multiplies: `batch` products of `[m, k]` and `[k, n]`. */
interface Product {
  readonly batch: Shape;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** a and b as stacks of matrices: a vector is a row of a and a column of b. */
  readonly a: Shape;
  readonly b: Shape;
}

/**
 * The matrix product a · b: `[…, m, k]`, `[…, k, n]` → `[…, m, n]`, where the leading dimensions broadcast. A vector
 * `[k]` stands for a row on the left and a column on the right, and the dimension it lacks is missing in the result too.
 */
export const matmul: Op<'matmul'> = defineOp('matmul', {
  saves: 'inputs',
  infer([a, b], attrs) {
    const dtype = requireOneFloat('matmul', { a, b });
    const { batch, m, n } = product(a, b, attrs);
    const rows = a.shape.length === 1 ? [] : [m];
    const columns = b.shape.length === 1 ? [] : [n];
    return [{ shape: [...batch, ...rows, ...columns], dtype }];
  },

  backward(dy, [a, b], attrs) {
    const { transposeA, transposeB } = attrs;
    const { a: shapeA, b: shapeB, batch, m, n } = product(a, b, attrs);
    const matrixA = a.reshape(shapeA);
    const matrixB = b.reshape(shapeB);
    const dMatrix = dy.reshape([...batch, m, n]);
    const back = (dx: Tensor, stack: Shape, shape: Shape) => dx.sumTo(stack).reshape(shape);
    const da = () =>
      transposeA
        ? matmul([matrixB, dMatrix], { transposeA: transposeB, transposeB: true })
        : matmul([dMatrix, matrixB], { transposeA: false, transposeB: !transposeB });
    const db = () =>
      transposeB
        ? matmul([dMatrix, matrixA], { transposeA: true, transposeB: transposeA })
        : matmul([matrixA, dMatrix], { transposeA: !transposeA, transposeB: false });
    return [() => back(da(), shapeA, a.shape), () => back(db(), shapeB, b.shape)];
  },

  multiplyAdds([a, b], _outputs, attrs) {
    const { batch, m, k, n } = product(a, b, attrs);
    return numel(batch) * m * k * n;
  },

  reference([a, b], [y], attrs) {
    const { batch, m, k, n, a: shapeA, b: shapeB } = product(a, b, attrs);
    const strides = [shapeA, shapeB].map((shape) => broadcastStrides(shape.slice(0, -2), batch));
    const { count, length, starts, steps } = stridedRuns(batch, strides);
    const rowsOfA = rowsOf(a, m, k, attrs.transposeA);
    const columnsOfB = rowsOf(b, n, k, !attrs.transposeB);
    const out = new Float64Array(m * n);
    let to = 0;
    for (let run = 0; run < count; run++) {
      let matrixA = starts[0]?.[run] ?? 0;
      let matrixB = starts[1]?.[run] ?? 0;
      for (let i = 0; i < length; i++) {
        out.fill(0);
        addDotRows(out, rowsOfA(matrixA), columnsOfB(matrixB), m, n, k);
        y.data.set(out, to);
        to += out.length;
        matrixA += steps[0] ?? 0;
        matrixB += steps[1] ?? 0;
      }
    }
  },
});

function product(a: TensorType, b: TensorType, { transposeA, transposeB }: MatmulAttrs): Product {
  const shapeA = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const shapeB = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [m, kA] = lastTwo(shapeA, transposeA && a.shape.length > 1);
  const [kB, n] = lastTwo(shapeB, transposeB && b.shape.length > 1);
  if (m === undefined || kA === undefined || kB === undefined || n === undefined)
    throw new ShapeError(
      'matmul',
      `a ${formatShape(a.shape)} and b ${formatShape(b.shape)} must have at least one dimension`,
    );
  if (kA !== kB)
    throw new ShapeError(
      'matmul',
      `a ${described(a.shape, transposeA)} has ${kA} columns, but b ${described(b.shape, transposeB)} has ${kB} rows`,
    );
  const batch = broadcastShapes('matmul', shapeA.slice(0, -2), shapeB.slice(0, -2));
  return { batch, m, k: kA, n, a: shapeA, b: shapeB };
}

function lastTwo(
  shape: Shape,
  transposed: boolean,
): readonly [rows: number | undefined, columns: number | undefined] {
  const rows = shape.at(-2);
  const columns = shape.at(-1);
  return transposed ? [columns, rows] : [rows, columns];
}

function described(shape: Shape, transposed: boolean): string {
  return transposed ? `${formatShape(shape)} (transposed)` : formatShape(shape);
}

/** Packs matrix number `index` of a stack: its rows or, transposed, its columns; the last one packed stays. */
function rowsOf(
  { data }: NdArray,
  rows: number,
  k: number,
  transposed: boolean,
): (index: number) => Float64Array {
  const packed = new Float64Array(rows * k);
  let there = -1;
  return (index) => {
    if (index !== there)
      packRows(
        packed,
        data,
        index * packed.length,
        rows,
        k,
        transposed ? 1 : k,
        transposed ? rows : 1,
      );
    there = index;
    return packed;
  };
}
