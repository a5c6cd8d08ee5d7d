import { ValueError } from '../core/errors.js';

/** Throws unless every named number is whole and ≥ 1. */
export function requirePositive(subject: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(subject, `${name}=${size} must be a whole number ≥ 1`);
}
