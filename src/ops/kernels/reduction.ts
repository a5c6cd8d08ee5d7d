import type { Shape } from '../../core/shape.js';
import type { Reduction } from '../../graph/attrs/training.js';

/** The shape of a loss, where `shape` is that of the single losses. */
export function reducedLoss(shape: Shape, reduction: Reduction): Shape {
  return reduction === 'none' ? shape : [];
}
