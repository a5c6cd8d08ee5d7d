/** What a pool needs of the place it runs in: `node-host.ts` is Node, `browser-host.ts` a browser. */

/** What a helper thread is given at its start. */
export interface HelperStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly tid: number;
  readonly threads: number;
  /** The module that calls foreign code, and what it is given (`foreign-code.ts`). */
  readonly foreign?: { readonly module: string; readonly data: unknown };
}

export interface Helper {
  /** Called once, when the pool has dismissed its helpers (`dismissHelpers`): frees what the host needs for it. */
  stop(): void;
}

export interface Host {
  /** Threads that the machine can run at once; 1 where memory cannot be shared. */
  readonly parallelism: number;
  /** Whether threads can share memory. Without, a memory that grows invalidates all views of it. */
  readonly sharesMemory: boolean;
  /** Whether the calling thread may sleep (a browser's main thread may not). */
  readonly canSleep: boolean;
  /** Collects garbage now, where the place allows it. */
  collectGarbage?(): void;
  /** Starts a helper thread that does not keep the process alive. */
  startHelper(start: HelperStart): Helper;
}
