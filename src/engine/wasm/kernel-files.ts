/** The compiled kernels: two files, which bundlers find by these expressions. */

/** The two builds of the kernels: with fused multiply-add (relaxed SIMD), and without. */
export type KernelBuild = 'relaxed' | 'simd';

export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly build: KernelBuild;
}

export const kernelFiles: Readonly<Record<KernelBuild, () => URL>> = {
  relaxed: () => new URL('./kernels-relaxed.wasm', import.meta.url),
  simd: () => new URL('./kernels-simd.wasm', import.meta.url),
};
