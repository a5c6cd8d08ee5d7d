import { allFinite } from '../core/all-finite.js';
import { isFloat } from '../core/dtype.js';
import { CheckpointError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import type { StateDict } from '../nn/module.js';

/** @throws CheckpointError for weights with numbers that no training should leave */
export function requireFinite(file: string, state: StateDict): void {
  for (const [key, { dtype, data }] of state)
    if (isFloat(dtype) && !allFinite(data))
      throw new CheckpointError(file, `tensor ${quote(key)} holds NaN or ∞`);
}
