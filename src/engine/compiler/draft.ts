/** What lowering makes of a graph: phases on memory that has no addresses yet. */
import { type TypedArray, viewOf } from '../../core/dtype.js';
import type { Value } from '../../graph/graph.js';
import type { NdArray, Operands } from '../../graph/op.js';
import { ROWS, storedElements } from './layout.js';
import type { Phase } from './phase.js';
import type { Region } from './region.js';

/** A value, and where the plan has it. */
export interface HostOperand {
  readonly value: Value;
  readonly region: Region;
}

/** What a plan runs on the main thread, on arrays over the plan's memory: a reference kernel, or a look at a value. */
export interface HostCall {
  readonly inputs: readonly HostOperand[];
  readonly outputs: readonly HostOperand[];
  run(inputs: Operands<NdArray>, outputs: Operands<NdArray>): void;
}

/** A look at an input before each run; throws where it is not what a kernel needs. */
export interface InputCheck {
  /** Position in `graph.inputs`. */
  readonly input: number;
  readonly check: (data: TypedArray) => void;
}

/** What lowering makes of a graph. */
export interface Draft {
  readonly phases: readonly Phase[];
  readonly hostCalls: readonly HostCall[];
  /** By position in `graph.inputs` and `graph.outputs`. */
  readonly inputs: readonly Region[];
  readonly outputs: readonly Region[];
  /** Positions of the inputs that are steady (`graph.steady`). */
  readonly steady: readonly number[];
  readonly checks: readonly InputCheck[];
  /** Conversions between layouts or storages among the phases. */
  readonly conversions: number;
}

/** The array that a reference kernel sees. */
export function hostArray(value: Value, buffer: ArrayBufferLike, address: number): NdArray {
  const { shape, dtype } = value;
  const length = storedElements(shape, ROWS);
  return { shape, dtype, data: viewOf(dtype, buffer, address, length) };
}
