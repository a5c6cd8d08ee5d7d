import { ValueError } from '../core/errors.js';

/** Throws unless the option `batchSize` of `subject` is a whole number from 1 on. */
export function requireBatchSize(subject: string, batchSize: number): void {
  requireCount(subject, 'batchSize', batchSize);
}

/** Throws unless the option `name` of `subject` is a whole number from 1 on. */
export function requireCount(subject: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new ValueError(subject, `${name}=${value} must be a whole number ≥ 1`);
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
