/** What a row of the op table is, and how its inputs are made. */
import { allocate, type DType, isFloat, type TypedArray } from '../../src/core/dtype.js';
import { Rng } from '../../src/core/rng.js';
import { numel, type Shape } from '../../src/core/shape.js';
import { fromArray, zerosLike } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';

/** One input: the values given, or numbers from `low` to `high` that depend on the case's name and the place. */
export interface InputSpec {
  readonly shape: Shape;
  /** @default 'float32' */
  readonly dtype?: DType;
  /** @default -2, or 0 for whole numbers */
  readonly low?: number;
  /** Not reached. @default 2, or 10 for int32 and uint8 */
  readonly high?: number;
  /** Row-major values instead of random ones. */
  readonly values?: readonly number[];
  /** Whether a gradient flows to it. @default true for floating types */
  readonly grad?: boolean;
}

export interface OpCase {
  /** Unique in the whole table. */
  readonly name: string;
  /** The ops that this case is for, backward ops too; the runner checks that all of them really ran. */
  readonly ops: readonly string[];
  readonly inputs: readonly InputSpec[];
  run(...inputs: Tensor[]): Tensor | readonly Tensor[];
  /** The same in PyTorch, on `a`, `b`, `c`, … with `torch`, `F` and `grad` at hand; a tuple where `run` returns a list. */
  readonly torch?: string;
  /** The right answer where PyTorch has none to give (random ops): the values of the first output. */
  expected?(...inputs: Tensor[]): readonly number[];
  /** `false` where no gradient flows: comparisons, in-place ops (which then run under `noGrad`). @default true */
  readonly grad?: boolean;
  /** Largest allowed error, relative to the largest magnitude of the output. @default 1e-5 */
  readonly tolerance?: number;
}

/** Shorthand for an input. */
export function input(shape: Shape, options: Omit<InputSpec, 'shape'> = {}): InputSpec {
  return { shape, ...options };
}

/** The values of input `place` of a case. */
export function inputValues(name: string, spec: InputSpec, place: number): TypedArray {
  const dtype = spec.dtype ?? 'float32';
  const { low = isFloat(dtype) ? -2 : 0, high = defaultHigh(dtype), values } = spec;
  const data = allocate(dtype, numel(spec.shape));
  const rng = new Rng(hash(name), place);
  for (let i = 0; i < data.length; i++)
    data[i] = values?.[i] ?? (isFloat(dtype) ? rng.uniform(low, high) : low + rng.int(high - low));
  return data;
}

function defaultHigh(dtype: DType): number {
  return { float32: 2, float64: 2, int32: 10, uint8: 10, bool: 2 }[dtype];
}

function hash(name: string): number {
  let h = 0;
  for (const character of name) h = (Math.imul(h, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return h >>> 0;
}

/** Whether a gradient is asked for input `spec` of `opCase`. */
export function wantsGrad(opCase: OpCase, spec: InputSpec): boolean {
  return opCase.grad !== false && (spec.grad ?? isFloat(spec.dtype ?? 'float32'));
}

/** Fresh inputs; `as` replaces float32, for gradient checks in float64. */
export function makeInputs(opCase: OpCase, as: 'float32' | 'float64' = 'float32'): Tensor[] {
  return opCase.inputs.map((spec, place) => {
    const values = inputValues(opCase.name, spec, place);
    const wide = as === 'float64' && values instanceof Float32Array;
    const data = wide ? Float64Array.from(values) : values;
    const dtype = wide ? 'float64' : (spec.dtype ?? 'float32');
    return fromArray(data, spec.shape, dtype, wantsGrad(opCase, spec));
  });
}

/** The fixed cotangent: element i is a hash of i in [−0.5, 0.5), the same in scripts/goldens/ops.py. */
export function cotangent(shape: Shape, dtype: DType): Tensor {
  const data = allocate(dtype, numel(shape));
  for (let i = 0; i < data.length; i++)
    data[i] = (((i + 1) * 2654435761) % 2 ** 32) / 2 ** 32 - 0.5;
  return fromArray(data, shape, dtype);
}

/** The gradients of the sum of f at copies of its inputs: `grad(f, a, b)` in a case's PyTorch. */
export function gradientsAt(f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor[] {
  const copies = inputs.map((x) => x.detach().clone().requiresGrad_());
  f(...copies)
    .sum()
    .backward();
  return copies.map((copy) => copy.grad ?? zerosLike(copy));
}
