/** One check for all lowerings: on both builds and several thread counts they agree with the op's reference kernel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TypedArray } from '../../../../src/core/dtype.js';
import { numel, type Shape } from '../../../../src/core/shape.js';
import type { NdArray } from '../../../../src/graph/op.js';
import { roundToBfloat16, runLowered, runReference } from './lowered.js';
import { assertClose, builds, normals, Sandbox } from './sandbox.js';

export interface Case {
  readonly op: string;
  readonly attrs?: object;
  readonly inputs: readonly NdArray[];
  /** Layouts of the inputs of four dimensions. @default row-major alone */
  readonly blocks?: readonly number[];
  /** How float inputs of two and more dimensions are stored. @default 'float32' */
  readonly storage?: (typeof storages)[number];
  /** Relative error. @default 1e-5, and of bfloat16 one rounding */
  readonly tolerance?: number;
  /** Whether convolutions may be Winograd's. @default true */
  readonly winograd?: boolean;
  /** Whether weights are told to be the same in every run. @default false */
  readonly steady?: boolean;
}

const boxes = builds.map((build) => ({ build, box: new Sandbox(build) }));

/** A float32 tensor of normal deviates. */
export function randn(shape: Shape, stream: number, mean = 0, std = 1): NdArray {
  return { shape, dtype: 'float32', data: normals(numel(shape), stream, mean, std) };
}

/** The same, of numbers that bfloat16 holds. */
export function narrowRandn(shape: Shape, stream: number, mean = 0, std = 1): NdArray {
  const { data, ...type } = randn(shape, stream, mean, std);
  return { ...type, data: Float32Array.from(data, roundToBfloat16) };
}

/** How kernels store elements. */
export const storages = ['float32', 'bfloat16'] as const;

/** How far a result in this storage may be from the exact one, relative to it. */
export const storageTolerance: Readonly<Record<(typeof storages)[number], number>> = {
  float32: 1e-5,
  bfloat16: 2 ** -8,
};

/** A float32 or int32 tensor of given numbers. */
export function given(
  shape: Shape,
  values: readonly number[],
  dtype: 'float32' | 'int32' = 'float32',
): NdArray {
  const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return { shape, dtype, data };
}

/** A test per case. */
export function checkAgreement(cases: readonly Case[]): void {
  for (const {
    op,
    attrs = {},
    inputs,
    blocks = [1],
    winograd = true,
    steady = false,
    ...rest
  } of cases) {
    const { storage = 'float32' } = rest;
    const { tolerance = storageTolerance[storage] } = rest;
    const shapes = inputs.map(({ shape }) => `[${shape}]`).join(' ');
    const shown = Object.keys(attrs).length === 0 ? '' : ` ${JSON.stringify(attrs)}`;
    test(`${op} ${shapes}${shown} in layouts ${blocks.join(', ')}, ${storage}${steady ? ', steady' : ''}`, () => {
      const expected = runReference(op, attrs, inputs);
      for (const { build, box } of boxes)
        for (const block of blocks)
          for (const threads of [1, 2, 3]) {
            const run = () =>
              runLowered(box, op, attrs, inputs, expected.types, {
                block,
                threads,
                winograd,
                steady,
                storage,
              });
            const actual = run();
            assert.ok(actual, `${op} was left to the reference kernel`);
            actual.forEach((array, k) => {
              const what = `${op} output ${k} (${build}, ${threads} threads, block ${block})`;
              assertOutput(array, expected.arrays[k], tolerance, what);
            });
            assert.deepEqual(run(), actual, `${op} gives other bits the second time`);
          }
    });
  }
}

function assertOutput(
  actual: TypedArray,
  expected: TypedArray | undefined,
  tolerance: number,
  what: string,
): void {
  if (expected instanceof Float64Array)
    assertClose(actual, Float32Array.from(expected), tolerance, what, 'typical'); // beyond floats is ±∞
  else assert.deepEqual([...actual], [...(expected ?? [])], what);
}
