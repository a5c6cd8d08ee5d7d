/**
 * The vocabulary: what ops there are, and the attributes of each. Ops (`src/ops/`), the tape, graphs, passes, lowerings and
 * the ONNX export all read it, so a name or an attribute that is not here does not compile. Attributes are plain data: any
 * numbers, strings, booleans, null, and arrays of them.
 */
import type { ElementwiseOps } from './attrs/elementwise.js';
import type { LayerOps } from './attrs/layers.js';
import type { MovementOps } from './attrs/movement.js';
import type { RandomOps } from './attrs/random.js';
import type { ReductionOps } from './attrs/reduction.js';
import type { TrainingOps } from './attrs/training.js';

/** By the op's name. */
export interface OpAttrs
  extends ElementwiseOps,
    ReductionOps,
    MovementOps,
    LayerOps,
    TrainingOps,
    RandomOps {}

export type OpName = keyof OpAttrs;
