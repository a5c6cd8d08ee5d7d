/**
 * What a file from outside may make the program allocate. While something is made by a file's description, the memory for
 * it comes out of a budget, so that a number in the file cannot ask for all there is.
 */
import { ValueError } from './errors.js';

/** Bytes that may still be allocated. */
let left = Number.POSITIVE_INFINITY;

/** Runs `make`, which may allocate at most `bytes` for tensors and pictures. It must not be asynchronous. */
export function withinBudget<T>(bytes: number, make: () => T): T {
  const before = left;
  left = Math.min(before, bytes);
  const allowed = left;
  try {
    return make();
  } finally {
    left = before - (allowed - left);
  }
}

/** Takes the bytes that are about to be allocated out of the budget. @throws ValueError when it does not suffice */
export function spend(bytes: number): void {
  if (bytes > left)
    throw new ValueError(
      'memory',
      `${mebibytes(bytes)} are asked for, ${mebibytes(left)} are allowed here`,
    );
  left -= bytes;
}

/** `1,234 MiB` */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
