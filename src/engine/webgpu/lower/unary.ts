/** Element-wise functions of one tensor, and their gradients of [value, dy]. */
import type { ClampAttrs } from '../../../graph/attrs/elementwise.js';
import { operands } from '../../../graph/op.js';
import { literal } from '../kernel.js';
import { type Lowering, type Lowerings, lowering } from '../lowering.js';
import { elementMap } from './map.js';

/** WGSL of y = f(x), for float32; undefined leaves it to the host. */
function unary<A extends object>(f: (x: string, attrs: A) => string | undefined): Lowering {
  return lowering<A>(({ name, inputs, outputs, attrs }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    const written = f('x', attrs);
    if (x.dtype !== 'float32' || written === undefined) return undefined;
    return [elementMap(name, y, [{ value: x }], (element) => f(element, attrs) ?? '')];
  });
}

/** WGSL of dx = f(value, dy), for float32. */
function backward<A extends object>(
  f: (value: string, dy: string, attrs: A) => string | undefined,
): Lowering {
  return lowering<A>(({ name, inputs, outputs, attrs }) => {
    const [value, dy] = operands(inputs);
    const [dx] = operands(outputs);
    if (dy.dtype !== 'float32' || value.dtype !== 'float32') return undefined;
    if (f('v', 'd', attrs) === undefined) return undefined;
    // dy first: the gradient may be written over it.
    const given = [{ value: dy }, { value }];
    return [elementMap(name, dx, given, (d, v) => f(v, d, attrs) ?? '')];
  });
}

interface Softplus {
  readonly beta: number;
  readonly threshold: number;
}

/** A bound of NaN makes everything NaN, which comparisons do not. */
function bounds({ min, max }: ClampAttrs): { low: number; high: number } | undefined {
  const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
  return Number.isNaN(low) || Number.isNaN(high) ? undefined : { low, high };
}

function clamped(x: string, attrs: ClampAttrs): string | undefined {
  const limits = bounds(attrs);
  if (limits === undefined) return undefined;
  const [low, high] = [literal(limits.low), literal(limits.high)];
  const raised = `select(${x}, ${low}, ${x} < ${low})`;
  return `select(${raised}, ${high}, ${raised} > ${high})`;
}

function insideBounds(x: string, dy: string, attrs: ClampAttrs): string | undefined {
  const limits = bounds(attrs);
  if (limits === undefined) return undefined;
  return `select(0f, ${dy}, ${x} >= ${literal(limits.low)} && ${x} <= ${literal(limits.high)})`;
}

const gate = (x: string) => `select(select(${x} + 3f, 0f, ${x} < -3f), 6f, ${x} > 3f) / 6f`;

export const unaryLowerings: Lowerings = {
  abs: unary((x) => `abs(${x})`),
  ceil: unary((x) => `ceil(${x})`),
  cos: unary((x) => `turned(${x}, 1i)`),
  erf: unary((x) => `erfOf(${x})`),
  exp: unary((x) => `exp(${x})`),
  floor: unary((x) => `floor(${x})`),
  log: unary((x) => `logOf(${x})`),
  neg: unary((x) => `-${x}`),
  round: unary((x) => `round(${x})`),
  sign: unary((x) => `select(sign(${x}), ${x}, isNan(${x}))`),
  sin: unary((x) => `turned(${x}, 0i)`),
  sqrt: unary((x) => `sqrt(${x})`),
  square: unary((x) => `${x} * ${x}`),
  clamp: unary(clamped),
  clampBackward: backward(insideBounds),
  elu: unary<{ alpha: number }>(
    (x, { alpha }) => `select(${literal(alpha)} * expm1Of(${x}), ${x}, ${x} > 0f)`,
  ),
  eluBackward: backward<{ alpha: number }>(
    (x, dy, { alpha }) =>
      `select(${dy} * ${literal(alpha)} * exp(min(${x}, 0f)), ${dy}, ${x} > 0f)`,
  ),
  gelu: unary<{ approximate: string }>((x, { approximate }) =>
    approximate === 'tanh' ? `${x} * tanhCdf(${x})` : `${x} * normalCdf(${x})`,
  ),
  geluBackward: backward<{ approximate: string }>((x, dy, { approximate }) =>
    approximate === 'tanh'
      ? `${dy} * geluTanhSlope(${x})`
      : `${dy} * (normalCdf(${x}) + ${x} * exp(-0.5f * ${x} * ${x}) * 0.39894228f)`,
  ),
  hardsigmoid: unary(gate),
  hardsigmoidBackward: backward((x, dy) => `select(0f, ${dy} / 6f, ${x} > -3f && ${x} < 3f)`),
  hardswish: unary((x) => `${x} * (${gate(x)})`),
  hardswishBackward: backward(
    (x, dy) => `select(select(${dy}, ${dy} * (${x} / 3f + 0.5f), ${x} <= 3f), 0f, ${x} < -3f)`,
  ),
  leakyRelu: unary<{ slope: number }>(
    (x, { slope }) => `select(${literal(slope)} * ${x}, ${x}, ${x} > 0f)`,
  ),
  leakyReluBackward: backward<{ slope: number }>(
    (x, dy, { slope }) => `select(${literal(slope)} * ${dy}, ${dy}, ${x} > 0f)`,
  ),
  mish: unary((x) => `${x} * tanhOf(softplusOf(${x}))`),
  mishBackward: backward((x, dy) => `${dy} * mishSlope(${x})`),
  relu: unary((x) => `select(${x}, 0f, ${x} <= 0f)`),
  reluBackward: backward((y, dy) => `select(${dy}, 0f, ${y} <= 0f)`),
  sigmoid: unary((x) => `sigmoid(${x})`),
  sigmoidBackward: backward((y, dy) => `${dy} * ${y} * (1f - ${y})`),
  silu: unary((x) => `${x} / (1f + exp(-${x}))`),
  siluBackward: backward((x, dy) => `${dy} * sigmoid(${x}) * (1f + ${x} * (1f - sigmoid(${x})))`),
  softplus: unary<Softplus>((x, { beta, threshold }) => {
    const scaled = `${x} * ${literal(beta)}`;
    return `select(softplusOf(${scaled}) / ${literal(beta)}, ${x}, ${scaled} > ${literal(threshold)})`;
  }),
  softplusBackward: backward<Softplus>((x, dy, { beta, threshold }) => {
    const scaled = `${x} * ${literal(beta)}`;
    return `select(${dy} * sigmoid(${scaled}), ${dy}, ${scaled} > ${literal(threshold)})`;
  }),
  tanh: unary((x) => `tanhOf(${x})`),
  tanhBackward: backward((y, dy) => `${dy} * (1f - ${y} * ${y})`),
};
