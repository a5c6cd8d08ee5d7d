/** Attributes of losses and of optimizers' steps. */
import type { ShapeAttrs } from './movement.js';
import type { NoAttrs } from './no-attrs.js';

/** What becomes of the losses of a batch: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface LossAttrs {
  readonly reduction: Reduction;
}

export interface NllLossAttrs extends LossAttrs {
  /** Places with this label do not count. */
  readonly ignoreIndex: number;
}

/** `shape` is the input's. */
export interface NllLossBackwardAttrs extends NllLossAttrs, ShapeAttrs {}

export interface CrossEntropyAttrs extends LossAttrs {
  /** Places with this label do not count; labels only. */
  readonly ignoreIndex: number;
  /** The part ε, 0 to 1, of every target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
}

export interface SgdStepAttrs {
  readonly nesterov: boolean;
}

export interface AdamStepAttrs {
  /** Whether weight decay shrinks the parameter itself (AdamW, https://arxiv.org/abs/1711.05101) or joins the gradient. */
  readonly decoupled: boolean;
}

export interface RmspropStepAttrs {
  /** Whether the steps are kept and added to. */
  readonly momentum: boolean;
  /** Whether the squared mean gradient is taken off, so that gradients are divided by their deviation. */
  readonly centered: boolean;
}

export interface TrainingOps {
  bce: LossAttrs;
  bceWithLogits: LossAttrs;
  crossEntropy: CrossEntropyAttrs;
  crossEntropyBackward: CrossEntropyAttrs;
  nllLoss: NllLossAttrs;
  nllLossBackward: NllLossBackwardAttrs;

  adamStep: AdamStepAttrs;
  adamStepAmsgrad: AdamStepAttrs;
  rmspropStep: RmspropStepAttrs;
  sgdStep: SgdStepAttrs;
  sgdStepPlain: NoAttrs;
}
