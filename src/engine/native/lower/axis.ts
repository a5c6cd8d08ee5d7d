/** A convolution along one dimension: output i meets input i · step − padding + k · dilation for kernel element k. */
import { runsOf } from '../runs.js';

export interface Axis {
  readonly size: number;
  readonly outSize: number;
  readonly kernel: number;
  readonly step: number;
  readonly padding: number;
  readonly dilation: number;
}

/** Where the taps lie from `step` × the output's position on. */
export function tapsOf({ kernel, padding, dilation }: Axis): number[] {
  return Array.from({ length: kernel }, (_, k) => k * dilation - padding);
}

/** Outputs [at, at + count), all with the kernel elements [first, first + kernel) inside of the input. */
export interface AxisRun {
  readonly at: number;
  readonly count: number;
  readonly first: number;
  readonly kernel: number;
}

export function axisRuns(axis: Axis): AxisRun[] {
  const taps = tapsOf(axis);
  const elements = Array.from({ length: axis.outSize }, (_, at) => {
    const inside = taps.map((tap) => at * axis.step + tap).map((i) => i >= 0 && i < axis.size);
    return { first: Math.max(0, inside.indexOf(true)), kernel: inside.filter(Boolean).length };
  });
  return runsOf(elements).map(({ value, at, count }) => ({ at, count, ...value }));
}

/** The input position that kernel element `first` of output `at` meets. */
export function inputAt({ step, padding, dilation }: Axis, at: number, first: number): number {
  return at * step - padding + first * dilation;
}

/** The inputs [first, end) among which outputs [first, end) of a run meet all of its kernel elements. */
export function inputRows(
  axis: Axis,
  { first: element, kernel }: Pick<AxisRun, 'first' | 'kernel'>,
  { first, end }: { readonly first: number; readonly end: number },
) {
  const last = inputAt(axis, end - 1, element + kernel - 1);
  return { first: inputAt(axis, first, element), end: last + 1 };
}

/** Whether each pixel meets the one at its place alone, as in a 1 × 1 convolution of stride 1. */
export function goesPixelByPixel(axes: readonly Axis[]): boolean {
  return axes.every(
    ({ kernel, step, size, outSize }) => kernel === 1 && step === 1 && size === outSize,
  );
}
