/** Kernels that exist for both storages of activations (`wasm/kernels/elements.ts`). */
import type { Precision } from '../../precision.js';
import type { KernelName } from '../kernel-name.js';

type Base<K> = K extends `${infer Name}Bf16` ? Name : never;

/** A kernel with a second one, for bfloat16, beside it. */
export type StoredKernel = Base<KernelName>;

export function storedKernel(kernel: StoredKernel, storage: Precision): KernelName {
  return storage === 'bfloat16' ? `${kernel}Bf16` : kernel;
}
