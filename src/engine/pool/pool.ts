/**
 * The threads of the engine: the calling thread and its helpers, which run the same program, each on its own share
 * (`wasm/kernels/main.ts`). The helpers start at once, and the first run on all threads waits for them, so that results
 * depend on the number of threads alone.
 */
import { EngineError } from '../../core/errors.js';
import { type Holding, whenUnreachable } from '../unreachable.js';
import {
  control,
  dismissHelpers,
  failureIn,
  failureText,
  firstFreeByte,
  sleeper,
} from './control-block.js';
import { type ForeignCode, noForeignCalls } from './foreign-code.js';
import type { Helper, Host } from './host.js';

/** The kernels that the threads run, and the number of the table that programs for them are written by. */
export interface LoadedKernels {
  readonly module: WebAssembly.Module;
  readonly tableHash: number;
}

interface KernelExports {
  tableHash(): number;
  runAlone(program: number): void;
  runTogether(program: number, threads: number): void;
}

/** How long helpers may take to start, in milliseconds. */
const startLimit = 30_000;

class Helpers implements Holding {
  readonly all: Helper[] = [];

  constructor(private readonly memory: WebAssembly.Memory) {}

  release(): void {
    if (this.all.length > 0) dismissHelpers(this.memory.buffer);
    for (const helper of this.all) helper.stop();
  }
}

export class Pool {
  private readonly kernels: KernelExports;
  /** Ends the helpers, once; they end by themselves when nobody reaches the pool. */
  readonly stop: () => void;
  private readonly canSleep: boolean;
  private ready = false;
  private hostError: unknown;
  /** Of the program that runs. */
  private hostCalls: readonly (() => void)[] = [];
  private failure: EngineError | undefined;

  constructor(
    host: Host,
    { module, tableHash }: LoadedKernels,
    private readonly memory: WebAssembly.Memory,
    readonly threads: number,
    foreign?: ForeignCode,
  ) {
    this.canSleep = host.canSleep;
    const sleep = this.canSleep ? sleeper(memory) : () => {};
    const calls = foreign?.calls(memory) ?? noForeignCalls;
    const env = { memory, host: (id: number) => this.callHost(id), sleep, ...calls };
    const { exports } = new WebAssembly.Instance(module, { env });
    this.kernels = exports as KernelExports; // wasm/kernels/main.ts
    if (this.kernels.tableHash() !== tableHash)
      throw new EngineError(
        'wasm',
        'the compiled kernels are not those of kernel-table.js beside them; build again: npm run build',
      );
    const code = foreign && { foreign: { module: foreign.module, data: foreign.data } };
    const helpers = new Helpers(memory);
    this.stop = whenUnreachable(this, helpers);
    for (let tid = 1; tid < threads; tid++)
      helpers.all.push(host.startHelper({ module, memory, tid, threads, ...code }));
  }

  /** Runs a program on the calling thread alone, or on all threads. */
  run(program: number, hostCalls: readonly (() => void)[], together: boolean): void {
    if (this.failure !== undefined) throw this.failure;
    this.hostCalls = hostCalls;
    try {
      if (together && this.threads > 1) {
        this.waitForHelpers();
        this.kernels.runTogether(program, this.threads);
      } else this.kernels.runAlone(program);
    } catch (error) {
      this.failure = this.failed(error);
      throw this.failure;
    } finally {
      this.hostCalls = []; // They keep their plan alive.
    }
    if (this.hostError !== undefined) {
      const error = this.hostError;
      this.hostError = undefined;
      this.skip(false);
      throw error;
    }
  }

  /** Errors wait for the end of the run, in which nothing happens any more: the other threads expect this one at every barrier. */
  private callHost(id: number): void {
    try {
      this.hostCalls[id]?.();
    } catch (error) {
      this.hostError = error;
      this.skip(true);
    }
  }

  private skip(rest: boolean): void {
    const words = new Int32Array(this.memory.buffer, 0, firstFreeByte / 4);
    Atomics.store(words, control.skipped / 4, Number(rest));
  }

  private waitForHelpers(): void {
    if (this.ready) return;
    const words = new Int32Array(this.memory.buffer, 0, firstFreeByte / 4);
    const word = control.ready / 4;
    const deadline = performance.now() + startLimit;
    for (;;) {
      const here = Atomics.load(words, word);
      if (here === this.threads - 1) break;
      const failure = failureIn(this.memory.buffer);
      if (failure !== undefined || performance.now() > deadline)
        throw new EngineError(
          'wasm',
          `only ${here} of ${this.threads - 1} helper threads have started` +
            ` (${failure ?? `waited ${startLimit / 1000} s`}); run with fewer threads: setThreads(1)`,
        );
      if (this.canSleep) Atomics.wait(words, word, here, 100);
    }
    this.ready = true;
  }

  /** A kernel that traps leaves the threads at different places of the program: nothing can run after it. */
  private failed(error: unknown): EngineError {
    if (error instanceof EngineError) return error;
    const failure = failureIn(this.memory.buffer) ?? failureText(error);
    return new EngineError(
      'wasm',
      `a kernel has failed (${failure}) and the engine has stopped; please report this`,
      { cause: error },
    );
  }
}
