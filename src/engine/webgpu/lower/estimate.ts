/**
 * What work would take a GPU, on paper. No GPU has been measured: it says which of two ways to compute something is likely to be
 * the shorter one, and what docs/webgpu.md expects of steps.
 */

/** A GPU as its maker describes it. */
export interface Gpu {
  readonly name: string;
  /** float32 operations a second, without matrix units. */
  readonly flops: number;
  /** Bytes a second of its memory. */
  readonly bandwidth: number;
}

export const gpus: readonly Gpu[] = [
  { name: 'Apple M2 (10 cores)', flops: 3.6e12, bandwidth: 100e9 },
  { name: 'RTX 4060', flops: 15.1e12, bandwidth: 272e9 },
  { name: 'H200', flops: 67e12, bandwidth: 4.8e12 },
];

/** What a dispatch does. */
export interface Work {
  /** Twice the multiply-adds of products. */
  readonly flops: number;
  /** What it reads and writes, once. */
  readonly bytes: number;
}

/** Seconds from one dispatch to the next where it waits for the one before. */
const perDispatch = 5e-6;

/** Parts of a GPU's peak and bandwidth that kernels like these reach. */
const reached = { flops: 0.3, bandwidth: 0.7 };

/** Seconds that dispatches take one after another: each its arithmetic or its traffic, whichever is slower. */
export function estimate(dispatches: readonly Work[], gpu: Gpu): number {
  return dispatches.reduce((sum, { flops, bytes }) => {
    const arithmetic = flops / (gpu.flops * reached.flops);
    const traffic = bytes / (gpu.bandwidth * reached.bandwidth);
    return sum + Math.max(arithmetic, traffic) + perDispatch;
  }, 0);
}

/** Whether these dispatches take each of the GPUs less than those. */
export function isShorter(these: readonly Work[], those: readonly Work[]): boolean {
  return gpus.every((gpu) => estimate(these, gpu) < estimate(those, gpu));
}
