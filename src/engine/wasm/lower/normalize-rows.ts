/** Layer norm and group norm, which normalise rows of a row-major tensor, and their gradients. */
import { numel, type Shape } from '../../../core/shape.js';
import type {
  BatchNormAttrs,
  GroupNormAttrs,
  LayerNormAttrs,
} from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { type Lowering, lowering } from '../../compiler/lowering.js';
import type { Lowerings } from '../../compiler/target.js';

interface Rows {
  readonly rows: number;
  /** In which rows meet the same weights. */
  readonly period: number;
  /** Of a row. */
  readonly weights: number;
  /** Elements of a weight. */
  readonly spread: number;
}

function forward<A extends BatchNormAttrs>(rowsOf: (x: Shape, attrs: A) => Rows): Lowering<A> {
  return lowering<A>((node, context) => {
    const [x, weight, bias] = operands(node.inputs);
    const [y, mean, rstd] = operands(node.outputs);
    context.emit('normalizeRows', {
      x: context.input(x),
      weight: context.input(weight),
      bias: context.input(bias),
      y: context.output(y),
      mean: context.output(mean),
      rstd: context.output(rstd),
      ...rowsOf(x.shape, node.attrs),
      eps: node.attrs.eps,
    });
    return true;
  });
}

function backward<A extends BatchNormAttrs>(rowsOf: (x: Shape, attrs: A) => Rows): Lowering<A> {
  return lowering<A>((node, context) => {
    const [dy, x, weight, mean, rstd] = operands(node.inputs);
    const [dx, dweight, dbias] = operands(node.outputs);
    const rows = rowsOf(x.shape, node.attrs);
    const read = { dy: context.input(dy), x: context.input(x) };
    const statistics = { mean: context.input(mean), rstd: context.input(rstd) };
    const parameters = { dweight: context.output(dweight), dbias: context.output(dbias) };
    context.emit('normalizeRowsWeights', { ...read, ...statistics, ...parameters, ...rows });
    const used = { ...read, weight: context.input(weight), ...statistics };
    context.emit('normalizeRowsBackward', { ...used, dx: context.output(dx), ...rows });
    return true;
  });
}

function layerRows(x: Shape, { normalizedShape }: LayerNormAttrs): Rows {
  const outer = x.slice(0, x.length - normalizedShape.length);
  return { rows: numel(outer), period: 1, weights: numel(normalizedShape), spread: 1 };
}

function groupRows([n = 0, c = 0, ...rest]: Shape, { groups }: GroupNormAttrs): Rows {
  return { rows: n * groups, period: groups, weights: c / groups, spread: numel(rest) };
}

export const normalizeRowsLowerings: Lowerings = {
  layerNorm: forward(layerRows),
  layerNormBackward: backward(layerRows),
  groupNorm: forward(groupRows),
  groupNormBackward: backward(groupRows),
};
