import type { OpSpec } from '../../graph/op.js';
import type { PlanNode } from './lower/context.js';

/** A node of a plan; `op` is missing where several ops have been fused into one. */
export interface NodeOfPlan extends PlanNode {
  readonly op: OpSpec | undefined;
}
