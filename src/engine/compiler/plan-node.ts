import type { Value } from '../../graph/graph.js';
import type { OpSpec } from '../../graph/op.js';

/**
 * A node of the graph as it is compiled: a `GraphNode`, which the recorder has made, or several fused into one; lowerings turn
 * it into phases.
 */
export interface PlanNode<A extends object = object> {
  readonly name: string;
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Missing where the node is a fused one, which only the target knows. */
  readonly op?: OpSpec | undefined;
}
