/** What an op's lowering is: it says which kernels do a node's work, or that it has none for this one. */
import type { DType, TypedArray } from '../../core/dtype.js';
import type { Shape } from '../../core/shape.js';
import type { Value } from '../../graph/graph.js';
import type { NodeName } from '../compiler/node-attrs.js';
import type { NamedNode, PlanNode } from '../compiler/plan-node.js';
import type { Kernel } from './kernel.js';

/** Where Winograd's algorithm computes 3 × 3 convolutions; wherever it can: for tests, whose networks are small. */
export type WinogradUse = 'never' | 'where it pays' | 'always';

export interface LowerContext {
  /** Whether threads of a group meet cheaply, so that tiles in shared memory pay: not on software adapters. */
  readonly tiles: boolean;
  readonly winograd: WinogradUse;
  /** Bytes that one value may have. */
  readonly largestBuffer: number;
  /** A value for one kernel to hand to another. */
  scratch(shape: Shape, dtype?: DType): Value;
  /** The node that makes a value. */
  producerOf(value: Value): NamedNode | undefined;
  /** Has `check` look at a value before each run, where the caller has its elements in the host's memory; it may throw. */
  check(value: Value, check: (data: TypedArray) => void): void;
}

export type Lowering<A extends object = object> = (
  node: PlanNode<A>,
  context: LowerContext,
) => readonly Kernel[] | undefined;

/** By the node's name. */
export type Lowerings = { readonly [N in NodeName]?: Lowering };

/** A lowering of nodes with attributes A, as tables hold it. */
export function lowering<A extends object>(lower: Lowering<A>): Lowering {
  return (node, context) => lower(node as PlanNode<A>, context); // The table gives a node to the lowering of its name.
}
