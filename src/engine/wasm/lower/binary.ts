/** Element-wise functions of two or three tensors with broadcasting: arithmetic, comparisons, choices. */
import type { DType } from '../../../core/dtype.js';
import { numel, type Shape, sameShape } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type BroadcastRows, broadcastRows, outerDims } from '../../compiler/broadcast.js';
import { type Block, isPadded, ROWS, storedElements } from '../../compiler/layout.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { Lowerings } from '../../compiler/target.js';
import type { BinaryKernel } from '../families/binary.js';
import { flatBlock, storageOf } from './elementwise.js';

/**
 * The layout of y = f(a, b): that in which a tensor of y's shape is stored, where the other has that shape too or is
 * one number, and where the zeros of a last block stay zeros; else row-major.
 */
function commonBlock(context: LowerContext, y: Value, a: Value, b: Value, safe: boolean): Block {
  const fits = [a, b].every(({ shape }) => sameShape(shape, y.shape) || numel(shape) === 1);
  if (!fits || y.shape.length !== 4) return ROWS;
  const whole = sameShape(a.shape, y.shape) ? a : b;
  const other = whole === a ? b : a;
  const block = sameShape(other.shape, y.shape)
    ? flatBlock(context, whole, other)
    : context.blockOf(whole);
  const both = sameShape(other.shape, y.shape);
  return isPadded(y.shape, block) && !(safe && both) ? ROWS : block;
}

/** How kernels of two tensors walk. */
function walkOf(rows: BroadcastRows) {
  const [stepA = 0, stepB = 0] = rows.steps;
  return { inner: rows.inner, stepA, stepB, rank: rows.outer.length, dims: outerDims(rows) };
}

/** `keepsZero`: f(0, 0) = 0; `integers`: the kernel for int32. */
function binary(kernel: BinaryKernel, keepsZero = true, integers?: BinaryKernel): Lowering {
  return lowering((node, context) => {
    const [a, b] = operands(node.inputs);
    const [y] = operands(node.outputs);
    if ([a, b].some(({ dtype }) => dtype !== y.dtype)) return false;
    const typed = y.dtype === 'float32' ? kernel : y.dtype === 'int32' ? integers : undefined;
    if (typed === undefined) return false;
    const { storage, chosen } = storageOf(context, typed, y, a, b);
    const block = commonBlock(context, y, a, b, keepsZero);
    const stored: Shape = block === ROWS ? y.shape : [storedElements(y.shape, block)];
    const shapeOf = ({ shape }: Value) =>
      block === ROWS ? shape : sameShape(shape, y.shape) ? stored : [1];
    const rows = broadcastRows(stored, shapeOf(a), shapeOf(b));
    const pointerOf = (value: Value) =>
      context.input(value, sameShape(value.shape, y.shape) ? block : ROWS, storage);
    const left = pointerOf(a);
    const right = pointerOf(b);
    const to = context.output(y, block, a, storage);
    const own = [left, right, to].filter((_, k) => k === 2 || rows.steps[k] === 1);
    context.emit(
      chosen,
      { a: left, b: right, y: to, ...walkOf(rows) },
      rows.outer.length === 0 ? { split: `flat:${rows.inner}`, own } : {},
    );
    return true;
  });
}

/** y = test(a, b), bytes 0 and 1; `swap`: test(b, a). */
function comparison(kernel: 'eq' | 'ne' | 'lt' | 'le', swap = false): Lowering {
  return lowering((node, context) => {
    const [first, second] = operands(node.inputs);
    const [y] = operands(node.outputs);
    if (first.dtype !== 'float32' || second.dtype !== 'float32') return false;
    const [a, b] = swap ? [second, first] : [first, second];
    const rows = broadcastRows(y.shape, a.shape, b.shape);
    const told = { a: context.input(a), b: context.input(b), y: context.output(y) };
    context.emit(kernel, { ...told, ...walkOf(rows) });
    return true;
  });
}

/** y = f(a, b, c), all row-major; b, c and y are floats. */
function ternary(kernel: 'where' | 'lerp', first: DType): Lowering {
  return lowering((node, context) => {
    const [a, b, c] = operands(node.inputs);
    const [y] = operands(node.outputs);
    if (a.dtype !== first || [b, c, y].some(({ dtype }) => dtype !== 'float32')) return false;
    const rows = broadcastRows(y.shape, a.shape, b.shape, c.shape);
    const [stepA = 0, stepB = 0, stepC = 0] = rows.steps;
    context.emit(kernel, {
      ...{ a: context.input(a), b: context.input(b), c: context.input(c), y: context.output(y) },
      ...{ inner: rows.inner, stepA, stepB, stepC, rank: rows.outer.length, dims: outerDims(rows) },
    });
    return true;
  });
}

const cast = lowering((node, context) => {
  const [x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  if (y.dtype !== 'float32' || x.dtype === 'float32') return false;
  const kernel = x.dtype === 'int32' ? 'castInt32ToFloat32' : 'castUint8ToFloat32';
  context.emit(kernel, { x: context.input(x), y: context.output(y), count: numel(x.shape) });
  return true;
});

/** `addRelu` is relu(a + b), the end of a residual block: a node that the compiler makes of two. */
export const binaryLowerings: Lowerings = {
  add: binary('add', true, 'addInt32'),
  addRelu: binary('addRelu'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div', false),
  pow: binary('pow', false),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  eq: comparison('eq'),
  ne: comparison('ne'),
  lt: comparison('lt'),
  le: comparison('le'),
  gt: comparison('lt', true),
  ge: comparison('le', true),
  where: ternary('where', 'bool'),
  lerp: ternary('lerp', 'float32'),
  cast,
};
