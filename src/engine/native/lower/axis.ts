/** A convolution along one dimension: output i meets input i · step − padding + k · dilation for kernel element k. */

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

export function runsOf(axis: Axis): AxisRun[] {
  const runs: { at: number; count: number; first: number; kernel: number }[] = [];
  const taps = tapsOf(axis);
  for (let at = 0; at < axis.outSize; at++) {
    const inside = taps.map((tap) => at * axis.step + tap).map((i) => i >= 0 && i < axis.size);
    const kernel = inside.filter(Boolean).length;
    const first = Math.max(0, inside.indexOf(true));
    const last = runs.at(-1);
    if (last?.first === first && last.kernel === kernel) last.count++;
    else runs.push({ at, count: 1, first, kernel });
  }
  return runs;
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
