/** What an engine is: it turns graphs into plans and runs them on arrays. Nothing above `engine/` knows more. */
import type { DType, TypedArray } from '../core/dtype.js';
import type { Graph } from '../graph/graph.js';
import type { OpSpec } from '../graph/op.js';
import type { Precision } from './precision.js';

/** A graph made ready: kernels chosen, memory laid out. */
export interface Plan {
  /**
   * Runs once, synchronously. `inputs` follow `graph.inputs`, `outputs` follow `graph.outputs`; every array has the
   * length and dtype of its value. States named in `graph.updates` are written into their input arrays. An output array
   * may be the same object as an input array where the op allows it (`OpSpec.inPlace`).
   */
  run(inputs: readonly TypedArray[], outputs: readonly TypedArray[]): void;
  /** What will run, as text. */
  readonly program: string;
  /** Memory that the plan keeps beside its inputs and outputs, in bytes. */
  readonly bytes: number;
  /** Gives the memory back; the plan must not run again. */
  dispose(): void;
}

/** An array in an engine's memory that somebody may use for a while. */
export interface Loan {
  readonly array: TypedArray;
  /** Gives the memory back, once: nobody may touch the array any more. */
  end(): void;
}

/** How a plan should compute. */
export interface PrepareOptions {
  /** @default 'float32' */
  readonly precision?: Precision;
}

/** What an engine says of itself to people, beside its name and threads. */
export interface EngineFacts {
  /** Its build of the kernels: `relaxed` has fused multiply-add and twice the speed of `simd`. */
  readonly kernels?: string;
  /** The library of the system that it calls. */
  readonly library?: {
    readonly version: string;
    readonly path: string;
    /** The instructions that the library uses. */
    readonly isa: string;
    /** Whether the CPU multiplies bfloat16 in hardware. */
    readonly bf16: boolean;
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
  readonly facts?: EngineFacts;
  /** @throws EngineError as `requirePrecision` does */
  prepare(graph: Graph, options?: PrepareOptions): Plan;
  /** @throws EngineError where plans of this engine do not compute in that precision, saying what would */
  requirePrecision(precision: Precision): void;
  /** Whether the engine has a kernel of its own for this op, or runs the reference kernel. */
  hasKernel(op: OpSpec): boolean;
  /** A copy of `data` in memory where this engine's plans use it without copying, or `data` itself where there is none. */
  resident(data: TypedArray): TypedArray;
  /**
   * An array of `length` elements that hold anything, where this engine's plans use it without copying; undefined where
   * that saves nothing or no memory is left.
   */
  lend?(dtype: DType, length: number): Loan | undefined;
  /** Called when another engine takes over, which may change arrays that this one has copies of. */
  forgetCopies?(): void;
}
