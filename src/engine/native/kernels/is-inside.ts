/** A row of a convolution: pixels of the input from one output to the next, and how many it has. */
interface Row {
  readonly step: number;
  readonly inWidth: number;
}

/** Whether an output pixel's tap, so many pixels from where the output's step leads, meets the input. */
export function isInside({ step, inWidth }: Row, pixel: number, tap: number): boolean {
  const at = pixel * step + tap;
  return at >= 0 && at < inWidth;
}
