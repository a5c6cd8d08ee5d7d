/**
 * The gradient of conv2d's input as small convolutions. With stride s the rows y ≡ p (mod s) of dx depend on every s-th tap
 * only, so each of the s·s phases is one of stride 1 that writes every s-th pixel.
 */

/** Taps of a kernel along one dimension, as `count` steps of `step` from `first`. */
export interface Taps {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Along one dimension: the output positions phase, phase + stride, … and what they read. */
export interface GradientPhase {
  readonly phase: number;
  readonly count: number;
  readonly taps: Taps;
  /** Of the small convolution. */
  readonly padding: number;
  readonly dilation: number;
}

/** The phases along one dimension; `taps.count` is 0 where no output reads these inputs. */
export function gradientPhases(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): GradientPhase[] {
  const phases: GradientPhase[] = [];
  for (let phase = 0; phase < Math.min(stride, size); phase++) {
    const taps: number[] = [];
    for (let k = kernel - 1; k >= 0; k--)
      if ((phase + padding - k * dilation) % stride === 0) taps.push(k);
    const [first = 0, second = first] = taps;
    phases.push({
      phase,
      count: Math.ceil((size - phase) / stride),
      taps: { first, step: second - first, count: taps.length },
      padding: (first * dilation - phase - padding) / stride,
      dilation: ((first - second) * dilation) / stride || 1,
    });
  }
  return phases;
}
