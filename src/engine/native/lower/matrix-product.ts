/** The ops `linear` and `matmul` as products of two matrices, however these lie. */
import { numel } from '../../../core/shape.js';
import type { MatmulAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { PlanNode } from '../../compiler/plan-node.js';

/** Elements from one row to the next, and from one column to the next. */
export interface Matrix {
  readonly row: number;
  readonly column: number;
}

/** y `[m, n]`, row-major, = a `[m, k]` · b `[k, n]` (+ bias `[n]`). */
export interface MatrixProduct {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly values: {
    readonly a: Value;
    readonly b: Value;
    readonly bias: Value | undefined;
    readonly y: Value;
  };
}

/** x `[…, k]` · wᵀ, w `[n, k]`: the leading dimensions of x are rows. */
export function linearProduct({ inputs, outputs }: PlanNode): MatrixProduct {
  const [a, b] = operands(inputs);
  const [y] = operands(outputs);
  const [n = 1, k = 1] = b.shape;
  return {
    ...{ m: numel(y.shape) / Math.max(1, n), n, k },
    a: { row: k, column: 1 },
    b: { row: 1, column: k },
    values: { a, b, bias: inputs[2], y },
  };
}

/** Undefined for stacks of matrices and for vectors. */
export function matmulProduct({
  inputs,
  outputs,
  attrs: { transposeA, transposeB },
}: PlanNode<MatmulAttrs>): MatrixProduct | undefined {
  const [a, b] = operands(inputs);
  const [y] = operands(outputs);
  if (a.shape.length !== 2 || b.shape.length !== 2) return undefined;
  const [m = 1, n = 1] = y.shape;
  const [rows = 1, columns = 1] = a.shape;
  const [, columnsB = 1] = b.shape;
  return {
    ...{ m, n, k: transposeA ? rows : columns },
    a: transposeA ? { row: 1, column: columns } : { row: columns, column: 1 },
    b: transposeB ? { row: 1, column: columnsB } : { row: columnsB, column: 1 },
    values: { a, b, bias: undefined, y },
  };
}
