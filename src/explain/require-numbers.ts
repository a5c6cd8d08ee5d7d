import { ValueError } from '../core/errors.js';
import { requireWhole } from '../core/options.js';

/** Throws unless the option `batchSize` of `subject` is a whole number from 1 on. */
export function requireBatchSize(subject: string, batchSize: number): void {
  requireWhole(subject, { batchSize });
}

/** Throws unless the option `name` of `subject` is a finite number from `min` to `max`. */
export function requireRange(
  subject: string,
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  if (!(value >= min && value <= max))
    throw new ValueError(subject, `${name}=${value} must be a number from ${min} to ${max}`);
}
