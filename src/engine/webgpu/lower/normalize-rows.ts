/** Layer norm and group norm, which are one computation (`ops/kernels/normalize-rows.ts`), and their gradients. */
import { numel } from '../../../core/shape.js';
import type { GroupNormAttrs, LayerNormAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import { literal } from '../kernel.js';
import { type LowerContext, type Lowering, type Lowerings, lowering } from '../lowering.js';
import { foldKernel } from './fold.js';
import { each } from './map.js';
import { welford } from './reduction.js';

/** Rows r and r + period meet the same weights, each for `spread` neighbouring elements. */
interface Rows {
  readonly rows: number;
  readonly period: number;
  readonly weights: number;
  readonly spread: number;
}

const layerRows = ({ shape }: Value, { normalizedShape }: LayerNormAttrs): Rows => {
  const weights = numel(normalizedShape);
  return { rows: numel(shape) / weights, period: 1, weights, spread: 1 };
};

const groupRows = ({ shape }: Value, { groups }: GroupNormAttrs): Rows => {
  const [batch = 1, channels = 1, ...rest] = shape;
  return { rows: batch * groups, period: groups, weights: channels / groups, spread: numel(rest) };
};

/** The row of element i, and its weight. */
const placed = ({ period, weights, spread }: Rows) => `    let row = i / ${weights * spread}u;
    let k = row % ${period}u * ${weights}u + i % ${weights * spread}u / ${spread}u;`;

function forward({ name, inputs, outputs }: PlanNode, rows: Rows, eps: number) {
  const [x, weight, bias] = operands(inputs);
  const [y, mean, rstd] = operands(outputs);
  const size = rows.weights * rows.spread;
  const walk = { count: rows.rows, size, base: `o * ${size}u`, place: 'q' };
  const statistics = foldKernel(`${name} statistics`, [x], [mean, rstd], walk, {
    state: welford.state,
    take: `let v = in0[at]; ${welford.take}`,
    merge: welford.merge,
    finish: `out0[o] = center; out1[o] = 1f / sqrt(squares / ${literal(size)} + ${literal(eps)});`,
  });
  const body = `${placed(rows)}
    out0[i] = (in0[i] - in3[row]) * in4[row] * in1[k] + in2[k];`;
  const reads = [x, weight, bias, mean, rstd];
  return [statistics, each(name, numel(x.shape), { reads, writes: [y], body })];
}

function backward({ name, inputs, outputs }: PlanNode, rows: Rows, context: LowerContext) {
  const [dy, x, weight, mean, rstd] = operands(inputs);
  const [dx, dweight, dbias] = operands(outputs);
  const { weights, spread, period } = rows;
  const size = weights * spread;
  const sums = context.scratch([rows.rows]);
  const products = context.scratch([rows.rows]);
  const weightAt = `o % ${period}u * ${weights}u + q / ${spread}u`;
  const perRow = foldKernel(
    `${name} rows`,
    [dy, x, weight, mean, rstd],
    [sums, products],
    { count: rows.rows, size, base: `o * ${size}u`, place: 'q' },
    {
      state: [
        ['sum', 'f32', '0f'],
        ['product', 'f32', '0f'],
      ],
      take: `let v = in0[at] * in2[${weightAt}]; sum += v; product += v * (in1[at] - in3[o]) * in4[o];`,
      merge: 'sum += sumB; product += productB;',
      finish: `out0[o] = sum / ${literal(size)}; out1[o] = product / ${literal(size)};`,
    },
  );
  // Weight o meets rows o / weights, and every period-th after it.
  const row = `(o / ${weights}u + q / ${spread}u * ${period}u)`;
  const perWeight = foldKernel(
    `${name} weights`,
    [dy, x, mean, rstd],
    [dweight, dbias],
    {
      count: weights * period,
      size: (rows.rows / period) * spread,
      base: `o % ${weights}u * ${spread}u`,
      place: `${row} * ${size}u + q % ${spread}u`,
    },
    {
      state: [
        ['sum', 'f32', '0f'],
        ['product', 'f32', '0f'],
      ],
      take: `let v = in0[at]; sum += v; product += v * (in1[at] - in2[${row}]) * in3[${row}];`,
      merge: 'sum += sumB; product += productB;',
      finish: 'out0[o] = product; out1[o] = sum;',
    },
  );
  const body = `${placed(rows)}
    let normal = (in1[i] - in3[row]) * in4[row];
    out0[i] = in4[row] * (in0[i] * in2[k] - in5[row] - normal * in6[row]);`;
  const reads = [dy, x, weight, mean, rstd, sums, products];
  return [perRow, perWeight, each(name, numel(x.shape), { reads, writes: [dx], body })];
}

const backwardBy = <A extends object>(rowsOf: (x: Value, attrs: A) => Rows): Lowering =>
  lowering<A>((node, context) => {
    const [, x] = operands(node.inputs);
    return backward(node, rowsOf(x, node.attrs), context);
  });

export const normalizeRowsLowerings: Lowerings = {
  layerNorm: lowering<LayerNormAttrs>((node) =>
    forward(node, layerRows(operands(node.inputs)[0], node.attrs), node.attrs.eps),
  ),
  groupNorm: lowering<GroupNormAttrs>((node) =>
    forward(node, groupRows(operands(node.inputs)[0], node.attrs), node.attrs.eps),
  ),
  layerNormBackward: backwardBy(layerRows),
  groupNormBackward: backwardBy(groupRows),
};
