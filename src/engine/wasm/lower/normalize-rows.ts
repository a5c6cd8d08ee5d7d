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
import { double } from './double.js';

/** Words of a row layout: rows, the period in which rows meet the same weights, weights of a row, elements of a weight. */
type RowWords = readonly [rows: number, period: number, weights: number, spread: number];

function forward<A extends BatchNormAttrs>(rowsOf: (x: Shape, attrs: A) => RowWords): Lowering<A> {
  return lowering<A>((node, context) => {
    const [x] = operands(node.inputs);
    const read = node.inputs.map((value) => context.input(value));
    const written = node.outputs.map((value) => context.output(value));
    const words = [...read, ...written, ...rowsOf(x.shape, node.attrs), ...double(node.attrs.eps)];
    context.emit('normalizeRows', words);
    return true;
  });
}

function backward<A extends BatchNormAttrs>(rowsOf: (x: Shape, attrs: A) => RowWords): Lowering<A> {
  return lowering<A>((node, context) => {
    const [dy, x, weight, mean, rstd] = operands(node.inputs);
    const [dx, dweight, dbias] = operands(node.outputs);
    const rows = rowsOf(x.shape, node.attrs);
    const [g, from] = [context.input(dy), context.input(x)];
    const statistics = [context.input(mean), context.input(rstd)];
    const parameters = [context.output(dweight), context.output(dbias)];
    context.emit('normalizeRowsWeights', [g, from, ...statistics, ...parameters, ...rows]);
    const words = [g, from, context.input(weight), ...statistics, context.output(dx), ...rows];
    context.emit('normalizeRowsBackward', words);
    return true;
  });
}

function layerRows(x: Shape, { normalizedShape }: LayerNormAttrs): RowWords {
  const outer = x.slice(0, x.length - normalizedShape.length);
  return [numel(outer), 1, numel(normalizedShape), 1];
}

function groupRows([n = 0, c = 0, ...rest]: Shape, { groups }: GroupNormAttrs): RowWords {
  return [n * groups, groups, c / groups, numel(rest)];
}

export const normalizeRowsLowerings: Lowerings = {
  layerNorm: forward(layerRows),
  layerNormBackward: backward(layerRows),
  groupNorm: forward(groupRows),
  groupNormBackward: backward(groupRows),
};
