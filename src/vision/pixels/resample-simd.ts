import { newBytes, type TakeBytes } from './byte-room.js';
import { pixelKernels, Scratch } from './pixel-kernels.js';
import type { ResampleJob, Taps } from './resample-passes.js';

/** Both passes of a resize in SIMD; null where the host has none or the picture is too large. */
export function simdPasses(job: ResampleJob, take: TakeBytes = newBytes): Uint8Array | null {
  const kernels = pixelKernels();
  if (kernels === null) return null;
  const { data, start, stride, channels, top, rows, across, down } = job;
  const width = across.first.length;
  const height = down.first.length;
  const length = width * channels;
  const scratch = new Scratch();
  const from = scratch.put(data.subarray(start, start + rows * stride));
  const strip = scratch.take(rows * length);
  const to = scratch.take(height * length);
  const acrossAt = putTaps(scratch, across);
  const downAt = putTaps(scratch, down);
  const memory = scratch.fill(kernels);
  if (memory === null) return null;
  const kernel = channels === 3 ? kernels.acrossRgb : kernels.acrossGrey;
  kernel(from, stride, rows, ...acrossAt, width, strip);
  kernels.down(strip, length, top, height, ...downAt, to);
  const result = take(height * length);
  result.set(new Uint8Array(memory, to, height * length));
  return result;
}

function putTaps(scratch: Scratch, { first, count, weights, stride }: Taps) {
  return [scratch.put(first), scratch.put(count), scratch.put(weights), stride] as const;
}
