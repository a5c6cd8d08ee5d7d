import { binary } from './binary.js';
import type { Family } from './family.js';

/** Comparisons of floats to bytes 0 and 1, told what functions of two tensors are; and conversions between types. */
export const compare = {
  CompareArgs: {
    kernels: ['eq', 'ne', 'lt', 'le'],
    fields: binary.BinaryArgs.fields,
    functions: {
      eq: { parameters: ['a', 'b'], value: 'a == b', test: true },
      ne: { parameters: ['a', 'b'], value: 'a != b', test: true },
      lt: { parameters: ['a', 'b'], value: 'a < b', test: true },
      le: { parameters: ['a', 'b'], value: 'a <= b', test: true },
    },
  },
  CastArgs: {
    kernels: ['castInt32ToFloat32', 'castUint8ToFloat32'],
    fields: { x: 'read', y: 'write', count: 'i32' },
  },
} as const satisfies Family;
