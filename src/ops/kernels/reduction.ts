import type { Shape } from '../../core/shape.js';

/** What becomes of the losses of a batch: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The shape of a loss, where `shape` is that of the single losses. */
export function reducedLoss(shape: Shape, reduction: Reduction): Shape {
  return reduction === 'none' ? shape : [];
}
