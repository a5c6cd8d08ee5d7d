import '../../../../src/ops/index.js';
import type { Shape } from '../../../../src/core/shape.js';
import { type Case, checkAgreement, given, randn } from './agreement.js';

const shapes: readonly Shape[] = [[0], [1], [3], [17], [1023], [3, 5, 7], [2, 20, 3, 3]];
const blocks = [1, 4, 16];

// A function that needs values above 0 gets them from a mean far from 0.
const functions: readonly {
  readonly op: string;
  readonly attrs?: object;
  readonly mean?: number;
}[] = [
  { op: 'neg' },
  { op: 'abs' },
  { op: 'sign' },
  { op: 'exp' },
  { op: 'log', mean: 10 },
  { op: 'sqrt', mean: 10 },
  { op: 'square' },
  { op: 'relu' },
  { op: 'leakyRelu', attrs: { slope: 0.1 } },
  { op: 'sigmoid' },
  { op: 'tanh' },
  { op: 'gelu', attrs: { approximate: 'none' } },
  { op: 'gelu', attrs: { approximate: 'tanh' } },
  { op: 'silu' },
  { op: 'clamp', attrs: { min: -0.5, max: 0.75 } },
  { op: 'clamp', attrs: { min: 0.25, max: null } },
];

checkAgreement(
  shapes.flatMap((shape) =>
    functions.map(({ op, attrs = {}, mean = 0 }): Case => {
      return { op, attrs, inputs: [randn(shape, 1, mean)], blocks };
    }),
  ),
);

checkAgreement(
  shapes.flatMap((shape) =>
    functions
      .filter(({ op }) => !['neg', 'abs', 'sign', 'exp', 'log', 'sqrt', 'square'].includes(op))
      .map(({ op, attrs = {} }): Case => {
        const inputs = [randn(shape, 1), randn(shape, 2)];
        return { op: `${op}Backward`, attrs, inputs, blocks };
      }),
  ),
);

const pairs: readonly (readonly [Shape, Shape])[] = [
  [[17], [17]],
  [[1023], []],
  [[], [33]],
  [[0, 3], [3]],
  [[5, 7], [7]],
  [
    [5, 7],
    [5, 1],
  ],
  [
    [1, 7],
    [5, 1],
  ],
  [
    [2, 20, 3, 3],
    [2, 20, 3, 3],
  ],
  [
    [2, 20, 3, 3],
    [20, 1, 1],
  ],
  [
    [1, 20, 1, 1],
    [2, 20, 3, 3],
  ],
  [[2, 16, 5, 5], []],
  [
    [2, 1, 5, 1],
    [3, 1, 4],
  ],
];

checkAgreement(
  ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'].flatMap(
    (op) =>
      pairs.map(([a, b]): Case => {
        return { op, inputs: [randn(a, 1), randn(b, 2, 0, 2)], blocks };
      }),
  ),
);

const some = given([4], [1, Number.NaN, 2, Number.NaN]);
const others = given([4], [Number.NaN, 1, 2, Number.NaN]);
checkAgreement(
  ['maximum', 'minimum', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((op) => ({
    op,
    inputs: [some, others],
  })),
);

const flags = { shape: [5, 1], dtype: 'bool', data: Uint8Array.from([0, 1, 1, 0, 1]) } as const;
checkAgreement([
  { op: 'where', inputs: [flags, randn([5, 7], 1), randn([7], 2)] },
  { op: 'where', inputs: [flags, randn([], 1), randn([3, 5, 9], 2)] },
  { op: 'cast', attrs: { dtype: 'float32' }, inputs: [flags] },
  {
    op: 'cast',
    attrs: { dtype: 'float32' },
    inputs: [given([5], [-3, 0, 7, 2 ** 30, -9], 'int32')],
  },
  { op: 'lerp', inputs: [randn([17], 1), randn([17], 2), given([], [0.1])] },
  { op: 'lerp', inputs: [randn([3, 5], 1), randn([5], 2), randn([3, 1], 3)] },
  { op: 'add', inputs: [given([3], [1, -2, 2 ** 31 - 1], 'int32'), given([], [1], 'int32')] },
  {
    op: 'pow',
    inputs: [
      given([7], [0, 1, 2, -2, 3, 1.5, -1]),
      given([7], [0, Number.NaN, 10, 3, -1, 0.5, 0.5]),
    ],
  },
  { op: 'pow', inputs: [randn([65], 1, 5), given([], [2])] },
]);
