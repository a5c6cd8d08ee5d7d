import type { Expression, Family } from './family.js';

const functions = {
  add: 'f32x4.add(a, b)',
  sub: 'f32x4.sub(a, b)',
  mul: 'f32x4.mul(a, b)',
  div: 'f32x4.div(a, b)',
  maximum: 'f32x4.max(a, b)',
  minimum: 'f32x4.min(a, b)',
  addRelu: 'f32x4.pmax(f32x4.add(a, b), splat(0))', // the end of a residual block
  addInt32: 'i32x4.add(a, b)', // whole numbers of 32 bits
  pow: 'pow4(a, b)',
};

export type BinaryKernel = keyof typeof functions;

const expressions: Record<string, Expression> = {};
for (const [name, value] of Object.entries(functions))
  expressions[name] = { parameters: ['a', 'b'], value };

/**
 * With broadcasting, on any layout: y is row-major [sizes…, inner], and may be an input of its shape. Steps, of a and b along
 * `inner`, are 0 or 1. `dims` has a size and the strides of a and b for each outer dimension, outermost first.
 */
export const binary = {
  BinaryArgs: {
    kernels: Object.keys(functions) as BinaryKernel[], // The keys of the list of functions.
    bfloat16: ['add', 'addRelu'],
    fields: {
      ...{ a: 'read', b: 'read', y: 'write', inner: 'i32' },
      ...{ stepA: 'i32', stepB: 'i32', rank: 'i32', dims: 'words' },
    },
    functions: expressions,
  },
} as const satisfies Family;
