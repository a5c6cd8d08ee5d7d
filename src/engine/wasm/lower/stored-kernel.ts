/** Kernels that exist for both storages of activations (`wasm/kernels/elements.ts`). */

import type { KernelName } from '../../compiler/kernel-name.js';
import type { Precision } from '../../precision.js';

type Base<K> = K extends `${infer Name}Bf16` ? Name : never;

/** A kernel with a second one, for bfloat16, beside it. */
export type StoredKernel = Base<KernelName>;

/** A kernel, and the one for bfloat16 if there is one. */
export type EitherStorage<Name extends KernelName> = Name | Extract<KernelName, `${Name}Bf16`>;

export function storedKernel<Name extends StoredKernel>(
  kernel: Name,
  storage: Precision,
): Name | `${Name}Bf16` {
  return storage === 'bfloat16' ? `${kernel}Bf16` : kernel;
}
