/** What a graph is lowered to, and for which devices. */
import type { TypedArray } from '../../../core/dtype.js';
import type { Value } from '../../../graph/graph.js';
import type { NamedNode } from '../../compiler/plan-node.js';
import type { Kernel } from '../kernel.js';
import type { WinogradUse } from '../lowering.js';

/** One thing to do: a kernel, or an op of the host. */
export interface Item {
  readonly reads: readonly Value[];
  readonly writes: readonly Value[];
  readonly kernel?: Kernel;
  readonly host?: NamedNode;
}

export interface Lowered {
  readonly items: readonly Item[];
  /** The value whose elements a view's result has. */
  rootOf(value: Value): Value;
  /** Whether a float32 is stored in half. */
  isHalf(value: Value): boolean;
  /** Bytes that a value takes on the device. */
  bytesOf(value: Value): number;
  /** What looks at a value before each run. */
  readonly checks: readonly { readonly value: Value; check(data: TypedArray): void }[];
}

/** What the device can do. */
export interface Abilities {
  readonly tiles: boolean;
  readonly winograd: WinogradUse;
  /** Bytes that one value may have. */
  readonly largestBuffer: number;
  /** Arrays that a shader may be bound to. */
  readonly mostBindings: number;
}
