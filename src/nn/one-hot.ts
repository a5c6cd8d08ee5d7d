import { DTypeError } from '../core/errors.js';
import { requireWhole } from '../core/options.js';
import { arange } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

/** int32 labels `[…]` → int32 `[…, numClasses]`: 1 at the label, 0 elsewhere. */
export function oneHot(labels: Tensor, numClasses: number): Tensor {
  if (labels.dtype !== 'int32')
    throw new DTypeError('oneHot', `labels are ${labels.dtype}, int32 is required`);
  requireWhole('oneHot', { numClasses });
  return labels
    .unsqueeze(-1)
    .eq(arange(numClasses, { dtype: 'int32' }))
    .int();
}
