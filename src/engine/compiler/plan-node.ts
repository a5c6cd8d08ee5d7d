import type { Value } from '../../graph/graph.js';
import type { OpSpec } from '../../graph/op.js';
import type { NodeAttrs, NodeName } from './node-attrs.js';

/**
 * A node of the graph as it is compiled: a `GraphNode`, which the recorder has made, or several fused into one; lowerings turn
 * it into phases.
 */
export interface PlanNode<A extends object = object, N extends NodeName = NodeName> {
  readonly name: N;
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Missing where the node is a fused one, which only the target knows. */
  readonly op?: OpSpec | undefined;
}

/** A node of any name or of those given: `name` tells which attributes it has. */
export type NamedNode<N extends NodeName = NodeName> = {
  [K in N]: PlanNode<NodeAttrs[K], K>;
}[N];
