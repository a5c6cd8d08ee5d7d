/** What the engine needs of the place it runs in; Node's is `node-host.ts`, and a browser's can stand beside it. */

/** The two builds of the kernels: with fused multiply-add (relaxed SIMD), and without. */
export type KernelBuild = 'relaxed' | 'simd';

export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly build: KernelBuild;
}

/** What a helper thread is given at its start. */
export interface HelperStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly tid: number;
  readonly threads: number;
}

export interface Host {
  /** Threads that the machine can run at once; 1 where memory cannot be shared. */
  readonly parallelism: number;
  /** Whether the calling thread may sleep (a browser's main thread may not). */
  readonly canSleep: boolean;
  /** The build asked for, or the fastest that the machine takes. */
  loadKernels(build?: KernelBuild): KernelModule;
  /** Starts a helper thread that does not keep the process alive. */
  startHelper(start: HelperStart): { stop(): void };
}
