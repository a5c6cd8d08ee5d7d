/** Batch normalisation and its gradient: a group of threads for each channel's sums, then a thread for each element. */
import { numel, type Shape } from '../../../core/shape.js';
import type { BatchNormAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { Operand } from '../element-map.js';
import { type Kernel, literal } from '../kernel.js';
import { type Lowerings, lowering } from '../lowering.js';
import { foldKernel, type Walk } from './fold.js';
import { elementMap } from './map.js';
import { welford } from './reduction.js';

/** `[N, C, …]` as N × C × inner. */
function planesOf([batch = 1, channels = 1, ...rest]: Shape) {
  return { batch, channels, inner: numel(rest) };
}

/** Element q of channel o. */
function channelWalk(shape: Shape): Walk {
  const { batch, channels, inner } = planesOf(shape);
  const place = `q / ${inner}u * ${channels * inner}u + q % ${inner}u`;
  return { count: channels, size: batch * inner, base: `o * ${inner}u`, place };
}

/** A value of each channel, for a walk over all elements. */
const perChannel = (value: Value, shape: Shape): Operand => ({
  value,
  strides: shape.map((_, d) => (d === 1 ? 1 : 0)),
});

/** The affine map of each channel: x, weight, bias, mean, variance → y. */
function normalized(name: string, values: readonly Value[], y: Value, eps: number): Kernel {
  const [x, ...others] = values;
  const given = others.map((value) => perChannel(value, y.shape));
  const whole = x === undefined ? [] : [{ value: x }];
  return elementMap(
    name,
    y,
    [...whole, ...given],
    (element, weight, bias, mean, variance) =>
      `(${element} - ${mean}) * (${weight} / sqrt(${variance} + ${literal(eps)})) + ${bias}`,
  );
}

const batchNorm = lowering<BatchNormAttrs>(({ name, inputs, outputs, attrs: { eps } }) => {
  const [x] = operands(inputs);
  const [y, mean, variance] = operands(outputs);
  const walk = channelWalk(x.shape);
  const statistics = foldKernel(`${name} statistics`, [x], [mean, variance], walk, {
    state: welford.state,
    take: `let v = in0[at]; ${welford.take}`,
    merge: welford.merge,
    finish: `out0[o] = center; out1[o] = squares / ${literal(walk.size)};`,
  });
  return [statistics, normalized(name, [...inputs, mean, variance], y, eps)];
});

const batchNormEval = lowering<BatchNormAttrs>(({ name, inputs, outputs, attrs: { eps } }) => [
  normalized(name, inputs, operands(outputs)[0], eps),
]);

const batchNormBackward = lowering<BatchNormAttrs>((node, context) => {
  const { name, inputs, outputs, attrs } = node;
  const [dy, x, weight, mean, variance] = operands(inputs);
  const [dx, dweight, dbias] = operands(outputs);
  const walk = channelWalk(x.shape);
  const slope = context.scratch(mean.shape);
  const count = literal(walk.size);
  const rstd = (of: string) => `(1f / sqrt(${of} + ${literal(attrs.eps)}))`;
  const results = [dweight, dbias, slope];
  const sums = foldKernel(`${name} sums`, [dy, x, mean, variance], results, walk, {
    state: [
      ['sum', 'f32', '0f'],
      ['products', 'f32', '0f'],
    ],
    take: 'let v = in0[at]; sum += v; products += v * (in1[at] - in2[o]);',
    merge: 'sum += sumB; products += productsB;',
    finish: `let r = ${rstd('in3[o]')}; out0[o] = products * r; out1[o] = sum; out2[o] = products * r * r / ${count};`,
  });
  const channels = [mean, variance, weight, dbias, slope].map((v) => perChannel(v, x.shape));
  const spread = elementMap(
    name,
    dx,
    [{ value: dy }, { value: x }, ...channels],
    (g, element, center, square, factor, sum, inclination) =>
      `${factor} * ${rstd(square ?? '')} * (${g} - ${sum} / ${count} - (${element} - ${center}) * ${inclination})`,
  );
  return [sums, spread];
});

export const batchNormLowerings: Lowerings = { batchNorm, batchNormEval, batchNormBackward };
