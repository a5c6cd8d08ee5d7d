import { ValueError } from '../core/errors.js';

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
