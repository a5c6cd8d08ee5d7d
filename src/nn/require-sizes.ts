import { ValueError } from '../core/errors.js';

/** Throws unless every named number is whole and ≥ 1. */
export function requirePositive(subject: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(subject, `${name}=${size} must be a whole number ≥ 1`);
}

/** Throws unless every named number is a multiple of the one in `divisor`. */
export function requireDivisible(
  subject: string,
  sizes: Readonly<Record<string, number>>,
  divisor: Readonly<Record<string, number>>,
): void {
  for (const [by, count] of Object.entries(divisor))
    for (const [name, size] of Object.entries(sizes))
      if (size % count !== 0)
        throw new ValueError(subject, `${name}=${size} must be divisible by ${by}=${count}`);
}
