import type { Expression, Family } from './family.js';
import { unaryFunctions } from './unary-functions.js';

type Functions = typeof unaryFunctions;
type Differentiable = {
  [Name in keyof Functions]: Functions[Name] extends { dxOfX: string } | { dxOfY: string }
    ? Name
    : never;
}[keyof Functions];
export type UnaryKernel = keyof Functions;
export type UnaryBackwardKernel = `${Differentiable}Backward`;

const forward: Record<string, Expression> = {};
const backward: Record<string, Expression> = {};
for (const [name, of] of Object.entries(unaryFunctions)) {
  forward[name] = { parameters: ['x', 'p', 'q'], value: of.y };
  if ('dxOfX' in of)
    backward[`${name}Backward`] = { parameters: ['x', 'dy', 'p', 'q'], value: of.dxOfX };
  if ('dxOfY' in of)
    backward[`${name}Backward`] = { parameters: ['y', 'dy', 'p', 'q'], value: of.dxOfY };
}

/** On any layout; y may be x. */
export const unary = {
  UnaryArgs: {
    kernels: Object.keys(forward) as UnaryKernel[], // The keys of the list of functions.
    bfloat16: ['relu'],
    fields: { x: 'read', y: 'write', count: 'i32', p: 'f32', q: 'f32' },
    flat: { count: 'count', own: ['x', 'y'] },
    functions: forward,
  },
  /** In place; first byte and count of thread t's part are at words 2t and 2t + 1 of the spans. */
  ReluSpansArgs: {
    kernels: ['reluSpans'],
    bfloat16: ['reluSpans'],
    fields: { y: 'write', spans: 'read' },
  },
} as const satisfies Family;

/** On any layout; `value` is the function's x or y, and dx may be it or dy. */
export const unaryBackward = {
  UnaryBackwardArgs: {
    kernels: Object.keys(backward) as UnaryBackwardKernel[], // Those functions that have a gradient.
    bfloat16: ['reluBackward'],
    fields: { value: 'read', dy: 'read', dx: 'write', count: 'i32', p: 'f32', q: 'f32' },
    flat: { count: 'count', own: ['value', 'dy', 'dx'] },
    functions: backward,
  },
} as const satisfies Family;
