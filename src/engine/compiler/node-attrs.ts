/** The vocabulary of plans: ops with their attributes, and the nodes that passes make of several, which only engines know. */
import type { ClampAttrs } from '../../graph/attrs/elementwise.js';
import type { BatchNormAttrs, Conv2dAttrs, MaxPool2dAttrs } from '../../graph/attrs/layers.js';
import type { NoAttrs } from '../../graph/attrs/no-attrs.js';
import type { ReductionAttrs } from '../../graph/attrs/reduction.js';
import type { OpAttrs } from '../../graph/op-attrs.js';

/** A convolution, and what follows it: the sum with a residual of the result's shape, which is input 3, bounds, a relu. */
export interface ConvNodeAttrs extends Conv2dAttrs {
  readonly adds?: boolean;
  readonly clamp?: ClampAttrs;
  readonly relu?: boolean;
}

/** Batch normalisation, and the bounds of a clamp behind it. */
export interface NormClampAttrs extends BatchNormAttrs, ClampAttrs {}

/** Max pooling, and the same with a relu before it. */
export interface BlockedPoolAttrs extends MaxPool2dAttrs {
  readonly relu: boolean;
}

/** What inputs and outputs are, the lowerings say (`wasm/lower/`). */
export interface FusedAttrs {
  addRelu: NoAttrs;
  batchNormAddRelu: BatchNormAttrs;
  batchNormAddReluBackward: BatchNormAttrs;
  batchNormClamp: NormClampAttrs;
  batchNormClampBackward: NormClampAttrs;
  batchNormEvalAddRelu: BatchNormAttrs;
  batchNormEvalClamp: NormClampAttrs;
  batchNormEvalRelu: BatchNormAttrs;
  batchNormRelu: BatchNormAttrs;
  batchNormReluBackward: BatchNormAttrs;
  batchNormReluMaxPool: BatchNormAttrs;
  batchNormReluMaxPoolBackward: BatchNormAttrs;
  foldBatchNorm: BatchNormAttrs;
  maxPoolBlocked: BlockedPoolAttrs;
  maxPoolBlockedBackward: BlockedPoolAttrs;
  sumOfSquares: ReductionAttrs;
}

/** By the node's name. */
export interface NodeAttrs extends OpAttrs, FusedAttrs {
  conv2d: ConvNodeAttrs;
}

export type NodeName = keyof NodeAttrs;
