/** Kernels that exist for both storages of activations (kernels/elements.ts). */
import type { Precision } from '../../precision.js';
import { type KernelName, kernelFamilies } from '../kernel-table.js';

type Base<K> = K extends `${infer Name}Bf16` ? Name : never;

/** A kernel with a second one, for bfloat16, beside it. */
export type StoredKernel = Base<KernelName>;

const names: ReadonlySet<string> = new Set(Object.values(kernelFamilies).flat());

export function isStored(kernel: KernelName): kernel is StoredKernel {
  return names.has(`${kernel}Bf16`);
}

export function storedKernel(kernel: StoredKernel, storage: Precision): KernelName {
  return storage === 'bfloat16' ? `${kernel}Bf16` : kernel;
}
