import type { TypedArray } from './dtype.js';

/** Whether no number is NaN or ±∞. A plain loop: `every(Number.isFinite)` takes twenty times as long. */
export function allFinite(numbers: TypedArray): boolean {
  let sum = 0; // of zeros, or NaN for good from the first number that is not finite
  for (let i = 0; i < numbers.length; i++) sum += (numbers[i] as number) * 0;
  return sum === 0;
}
