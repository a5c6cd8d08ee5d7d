/**
 * What a lowering sees of the compiler. A *lowering* turns one node of the graph into *phases*: kernel calls that every
 * thread runs on its own share. Engines bring them (`wasm/lower/`, one family per file, listed in `table.ts` there).
 *
 * Memory is symbolic while phases are emitted: a {@link Pointer} names a region whose address is chosen when all phases
 * are known. A region lives from the first to the last phase that names it, so nothing needs to be freed; regions whose
 * lives do not meet share memory. Barriers are placed by the compiler, wherever a phase reads or overwrites what other
 * threads have written since the last one.
 */
import type { TypedArray } from '../../core/dtype.js';
import type { Value } from '../../graph/graph.js';
import type { Precision } from '../precision.js';
import type { KernelArguments, KernelName } from './kernel-name.js';
import type { Block } from './layout.js';
import type { PlanNode } from './plan-node.js';
import type { Pointer } from './region.js';

/** A float among the words of a kernel's arguments. */
export class Float {
  constructor(readonly value: number) {}
}

/** `value` as a float32 word; a plain number is a 32-bit whole number. */
export function float(value: number): Float {
  return new Float(value);
}

/** One 32-bit word of a kernel's arguments. */
export type Word = number | Float | Pointer;

export interface PhaseOptions {
  /**
   * How the phase divides `own` among the threads. Two phases of the same split that follow each other need no barrier
   * for a region that both own: each thread meets only its own bytes of it. Name the unit and the count,
   * `flat:8192` or `images:32`; two phases of one name must give every thread the same bytes of the regions they own.
   */
  readonly split?: string;
  /** The pointers whose regions a thread touches only within its share. */
  readonly own?: readonly Pointer[];
}

export interface LowerContext {
  /** Threads that will run the plan; a thread's scratch is allocated for each. */
  readonly threads: number;

  /** Whether Winograd may compute convolutions: three times as fast, and ten times direct convolution's rounding. */
  readonly winograd: boolean;

  /** In which convolutions and matrix products are to compute. */
  readonly precision: Precision;

  /** The layout in which `value` is stored now: what an op that can work on any layout should take. */
  blockOf(value: Value): Block;

  /** How the elements of `value` are stored now: what an op with kernels for both should take. */
  storageOf(value: Value): Precision;

  /** Whether `value` depends on steady inputs and constants alone: phases that read nothing else run once, not in each run. */
  isSteady(value: Value): boolean;

  /** How the readers of output `value` would have it stored. */
  storageFor(value: Value): Precision;

  /**
   * `value` in layout `block` (default row-major) and `storage` (default float32), for reading; converted first where it
   * is stored otherwise. For values of other dtypes than float32 the storage says nothing.
   */
  input(value: Value, block?: Block, storage?: Precision): Pointer;

  /**
   * Room for output `value` in layout `block` (default row-major) and `storage` (default float32), for writing. Where
   * nothing reads it later, it is the memory of the input that the op's `inPlace` names, or of the input `over`, which the
   * kernels read in that layout and storage and overwrite element by element: ask for the inputs first.
   */
  output(value: Value, block?: Block, over?: Value, storage?: Precision): Pointer;

  /**
   * Calls `check` with the elements of `value` in each run: before it where `value` is an input of the plan, so that what
   * it throws keeps the run from starting, else on the main thread as a phase, after whose error no kernel runs.
   */
  check(value: Value, check: (data: TypedArray) => void): void;

  /** Memory shared by the threads, of this node alone; holds anything at first. */
  scratch(bytes: number): Pointer;

  /** Memory for each thread: thread t uses `bytes` (rounded up to 64) from `pointer + t × bytes`; holds anything at first. */
  threadScratch(bytes: number): { readonly pointer: Pointer; readonly bytes: number };

  /** Numbers known now (offset tables, strides), stored once with the plan. */
  table(data: Int32Array | Uint32Array | Float32Array): Pointer;

  /** Adds a phase: `kernel` runs on all threads, told this. */
  emit<Name extends KernelName>(
    kernel: Name,
    args: KernelArguments[Name],
    options?: PhaseOptions,
  ): void;
}

/**
 * Emits the phases of a node and returns true, or returns false before it has touched the context where it has no kernel
 * for these attributes or dtypes: the op's reference kernel then runs on the main thread.
 */
export type Lowering<A extends object = object> = (
  node: PlanNode<A>,
  context: LowerContext,
) => boolean;

/** A lowering of nodes with these attributes; without any named, of every node. */
export function lowering<A extends object = object>(lower: Lowering<A>): Lowering<A> {
  return lower;
}
