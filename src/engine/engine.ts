/** What an engine is: it turns graphs into plans and runs them on buffers. Nothing above `engine/` knows more. */
import type { Device } from '../core/device.js';
import type { DType, TypedArray } from '../core/dtype.js';
import type { Graph } from '../graph/graph.js';
import type { OpSpec } from '../graph/op.js';
import type { Precision } from './precision.js';

/**
 * The elements of a tensor, where an engine keeps them or in the host's memory (`host-buffer.ts`). One that nobody reaches
 * any more gives its memory back by itself.
 */
export interface Buffer {
  readonly dtype: DType;
  readonly length: number;
  /** Whose plans alone take it; undefined where all do. */
  readonly engine: Engine | undefined;
  /** The elements as they are when all runs so far are done, not to be changed; undefined where that cannot be waited for. */
  read(): TypedArray | undefined;
  /** The same, where it can be waited for or not. */
  readAsync(): Promise<TypedArray>;
  /** Gives the memory back at once: nobody may touch the elements any more. */
  release(): void;
}

/** A graph made ready: kernels chosen, memory laid out. */
export interface Plan {
  /**
   * Runs once, or begins to. `inputs` follow `graph.inputs`: buffers of this engine or of the host, of the dtype and length
   * of their values. Returns what follows `graph.outputs`: `outputs[k]` where one is given, a new buffer where not. A given
   * output may be an input where the op allows it (`OpSpec.inPlace`). States named in `graph.updates` are written into
   * their inputs.
   */
  run(inputs: readonly Buffer[], outputs?: readonly (Buffer | undefined)[]): readonly Buffer[];
  /** What will run, as text. */
  readonly program: string;
  /** Memory that the plan keeps beside its inputs and outputs, in bytes. */
  readonly bytes: number;
  /** Gives the memory back; the plan must not run again. */
  dispose(): void;
}

/** What is about to happen to a buffer: a change by an op, changes without end, or reading without end. */
export type Use = 'change' | 'state' | 'constant';

/** How a plan should compute. */
export interface PrepareOptions {
  /** @default 'float32' */
  readonly precision?: Precision;
}

/** What an engine says of itself to people, beside its name and threads. */
export interface EngineFacts {
  /** Its build of the kernels: `relaxed` has fused multiply-add and twice the speed of `simd`. */
  readonly kernels?: string;
  /** The GPU that computes. */
  readonly adapter?: {
    readonly description: string;
    /** Whether it is the CPU that plays a GPU. */
    readonly software: boolean;
    /** Whether plans of precision `float16` run on it. */
    readonly float16: boolean;
  };
  /** The machine code that it writes itself. */
  readonly code?: {
    /** The vectors that the code uses. */
    readonly level: string;
    /** What the CPU has, whether the code uses it or not. */
    readonly features: {
      /** With fused multiply-add. */
      readonly avx2: boolean;
      /** F, BW, DQ and VL. */
      readonly avx512: boolean;
      readonly avx512Bf16: boolean;
      /** Tiles of bfloat16, which the system's kernel lets this process use. */
      readonly amxBf16: boolean;
    };
    /** What has been written so far, by all engines of the process. */
    readonly written: { readonly kernels: number; readonly bytes: number };
  };
}

/**
 * What runs graphs. An engine that nobody reaches any more, nor any of its plans, gives memory and threads back by
 * itself.
 */
export interface Engine {
  readonly name: string;
  /** Threads that work on a kernel. */
  readonly threads: number;
  /** What it computes on, and where its buffers are. @default 'cpu' */
  readonly device?: Device;
  readonly facts?: EngineFacts;
  /** Whether it computes nothing any more, since its GPU was lost or it was stopped: who asks for it by name gets a new one. @default false */
  readonly ended?: boolean;
  /** @throws EngineError as `requirePrecision` does */
  prepare(graph: Graph, options?: PrepareOptions): Plan;
  /** @throws EngineError where plans of this engine do not compute in that precision, saying what would */
  requirePrecision(precision: Precision): void;
  /** Whether the engine has a kernel of its own for this op, or runs the reference kernel. */
  hasKernel(op: OpSpec): boolean;
  /**
   * A buffer of the same elements for this engine's plans, which takes the place of `buffer`; without this method, and where
   * there is none better, that is `buffer` itself.
   */
  adopt?(buffer: Buffer, use: Use): Buffer;
  /**
   * A buffer that holds anything and that the caller will release; undefined where it may as well leave that to the plan and
   * the garbage collector.
   */
  allocate?(dtype: DType, length: number): Buffer | undefined;
}
