/**
 * oneDNN's C API as the lowerings use it. Versions 2 and 3 describe operations differently (`api-2.ts`, `api-3.ts`); all
 * else is the same (`library.ts`).
 */
import type { NativePointer } from '../ffi.js';

/** `dnnl_data_type_t`. */
export const dataTypes = { bfloat16: 2, float32: 3 } as const;
export type DataType = keyof typeof dataTypes;

/** A tensor's dimensions and layout: `dnnl_memory_desc_t`, the struct itself (2) or a handle (3). */
export type Desc = NativePointer;

/** A layout by name (`dnnl_format_tag_t`), or the distance of neighbours along each dimension, in elements. */
export type Layout =
  | 'any'
  | 'acdb'
  | 'abcd'
  | 'aBcd16b'
  | 'aBcd8b'
  | 'ab'
  | 'a'
  | WeightLayout
  | readonly number[];

/** The name of a blocked layout of `[O, I, kH, kW]`, `ABcd16b16a`, say: blocks of 16 × 16 channels. */
export type WeightLayout = `${'a' | 'A'}${string}${number}${'a' | 'b'}`;

/** `dnnl_prop_kind_t`. */
export const passes = {
  forward: 64,
  inference: 96,
  backwardData: 160,
  backwardWeights: 192,
} as const;
export type Pass = keyof typeof passes;

/** What a convolution's pass works on: for the backward passes the descriptors are those of the gradients. */
export interface ConvolutionDescs {
  readonly src: Desc;
  readonly weights: Desc;
  readonly bias: Desc;
  readonly dst: Desc;
}

/** `dnnl_convolution_direct`. */
export const direct = 1;

/** Per spatial dimension; a dilation of 1 is none. */
export interface Windows {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly paddingBefore: readonly number[];
  readonly paddingAfter: readonly number[];
}

/** Functions whose form depends on the version; failures throw {@link OneDnnError}. */
export interface VersionedApi {
  describe(dims: readonly number[], type: DataType, layout: Layout): Desc;
  /** A part of a tensor, in the memory of the whole. */
  part(whole: Desc, dims: readonly number[], offsets: readonly number[]): Desc;
  destroyDesc(desc: Desc): void;
  /** A primitive descriptor; `forward` is that of the forward pass, which the backward passes ask for. */
  convolution(
    pass: Pass,
    descs: ConvolutionDescs,
    windows: Windows,
    attributes: bigint,
    forward?: bigint,
  ): bigint;
  matmul(src: Desc, weights: Desc, bias: Desc, dst: Desc, attributes: bigint): bigint;
  appendSum(postOps: bigint): void;
}

/** A call that oneDNN has refused. */
export class OneDnnError extends Error {
  constructor(
    readonly call: string,
    readonly status: string,
  ) {
    super(`${call}: ${status}`);
  }
}

const statuses = [
  'success',
  'out of memory',
  'invalid arguments',
  'unimplemented',
  'iterator ends',
  'runtime error',
  'not required',
];

/** Throws where the status of `call` is not 0. */
export function checkStatus(call: string, status: unknown): void {
  if (status !== 0) throw new OneDnnError(call, statuses[Number(status)] ?? `status ${status}`);
}

/** `dnnl_dims_t`: twelve 64-bit numbers. */
export function dimsOf(numbers: readonly number[]): BigInt64Array {
  const dims = new BigInt64Array(12);
  numbers.forEach((n, i) => {
    dims[i] = BigInt(n);
  });
  return dims;
}

/** Calls a function that writes a handle to where its first argument points. */
export function newHandle(call: string, make: (out: BigUint64Array) => unknown): bigint {
  const out = new BigUint64Array(1);
  checkStatus(call, make(out));
  return out[0] ?? 0n;
}
