import type { Family } from './family.js';

const parameters = ['x', 't'] as const;
const negative = 'f32x4.sub(splat(1), t)';

/** A logarithm, at least −100, `times` a share. */
const bounded = (times: string, log: string) =>
  `f32x4.mul(${times}, f32x4.pmax(${log}, splat(-100)))`;

/** (1 − t)·x for x > 0, −t·x elsewhere. */
const linear = `f32x4.mul(v128.bitselect(${negative}, f32x4.neg(t), f32x4.gt(x, splat(0))), x)`;

/** Of probabilities and of scores x. */
export const binaryCrossEntropy = {
  BinaryCrossEntropyArgs: {
    kernels: ['bceLosses', 'bceLogitsLosses'],
    fields: { x: 'read', target: 'read', losses: 'write', count: 'i32' },
    functions: {
      /** −[t·log x + (1 − t)·log(1 − x)] */
      bceLosses: {
        parameters,
        value: `f32x4.neg(f32x4.add(${bounded('t', 'log4(x)')}, ${bounded(negative, 'log1p4(f32x4.neg(x))')}))`,
      },
      bceLogitsLosses: {
        parameters,
        value: `f32x4.add(${linear}, log1p4(exp4(f32x4.neg(f32x4.abs(x)))))`,
      },
    },
  },
} as const satisfies Family;
