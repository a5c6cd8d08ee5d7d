/** linear: x `[…, in]`, w `[out, in]`, optionally bias `[out]` → y `[…, out]`. */
import { internalError } from '../../../core/errors.js';
import { numel } from '../../../core/shape.js';
import { lowering } from '../../compiler/lowering.js';
import { emitProduct } from './matmul-product.js';

export const linearLowering = lowering((node, context) => {
  const [x, w, bias] = node.inputs;
  const [y] = node.outputs;
  if (x === undefined || w === undefined || y === undefined)
    throw internalError('linear without input, weight or output');
  if (y.dtype !== 'float32' || numel(y.shape) === 0) return false;

  const [n = 1, k = 1] = w.shape;
  const along = { outer: k * 4, inner: 4 };
  const a = { pointer: context.input(x), ...along };
  const b = { pointer: context.input(w), ...along };
  const biasPointer = bias && context.input(bias);
  const m = numel(y.shape) / n;
  emitProduct(context, { m, n, k, a, b, bias: biasPointer, c: context.output(y) });
  return true;
});
