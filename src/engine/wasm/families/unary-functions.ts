/**
 * Functions of one tensor, y = f(x), and the gradients dx of those that have a kernel for it, in terms of dy and either x or
 * y. `p` and `q` are their constants: leakyRelu's slope below 0 and elu's alpha are p, clamp's bounds and softplus's beta and
 * threshold are p and q.
 */
interface UnaryFunction {
  readonly y: string;
  readonly dxOfX?: string;
  readonly dxOfY?: string;
}

const mul = (a: string, b: string) => `f32x4.mul(${a}, ${b})` as const;

export const unaryFunctions = {
  neg: { y: 'f32x4.neg(x)' },
  abs: { y: 'f32x4.abs(x)' },
  sign: { y: 'sign4(x)' },
  exp: { y: 'exp4(x)' },
  log: { y: 'log4(x)' },
  sqrt: { y: 'f32x4.sqrt(x)' },
  square: { y: mul('x', 'x') },
  floor: { y: 'f32x4.floor(x)' },
  ceil: { y: 'f32x4.ceil(x)' },
  round: { y: 'f32x4.nearest(x)' }, // of two the even one
  relu: { y: 'f32x4.pmax(x, splat(0))', dxOfY: 'v128.andnot(dy, f32x4.le(y, splat(0)))' }, // NaN stays NaN
  leakyRelu: { y: aboveZero('x'), dxOfX: aboveZero('dy') },
  sigmoid: { y: 'sigmoid4(x)', dxOfY: mul('dy', mul('y', 'f32x4.sub(splat(1), y)')) },
  tanh: {
    y: 'tanh4(x)',
    dxOfY: mul('dy', mul('f32x4.sub(splat(1), y)', 'f32x4.add(splat(1), y)')),
  },
  gelu: { y: mul('x', 'normalCdf4(x)'), dxOfX: mul('dy', 'geluSlope4(x)') },
  geluTanh: { y: 'geluTanh4(x)', dxOfX: mul('dy', 'geluTanhSlope4(x)') },
  silu: { y: mul('x', 'sigmoid4(x)'), dxOfX: mul('dy', 'siluSlope4(x)') },
  hardswish: { y: mul('x', 'hardGate4(x)'), dxOfX: 'hardswishGradient4(x, dy)' }, // x · 6 may overflow
  hardsigmoid: { y: 'hardGate4(x)', dxOfX: 'hardsigmoidGradient4(x, dy)' },
  elu: { y: 'elu4(x, p)', dxOfX: 'eluGradient4(x, dy, p)' },
  mish: { y: mul('x', 'tanhSoftplus4(x)'), dxOfX: mul('dy', 'mishSlope4(x)') },
  softplus: { y: 'scaledSoftplus4(x, p, q)', dxOfX: 'softplusGradient4(x, dy, p, q)' },
  clamp: {
    y: 'f32x4.pmin(f32x4.pmax(x, p), q)',
    dxOfX: 'v128.and(dy, v128.and(f32x4.ge(x, p), f32x4.le(x, q)))',
  },
} as const satisfies Readonly<Record<string, UnaryFunction>>;

/** `value` where x is above 0, else p times that. */
function aboveZero(value: string): string {
  return `v128.bitselect(${value}, ${mul(value, 'p')}, f32x4.gt(x, splat(0)))`;
}
