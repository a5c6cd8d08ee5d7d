/**
 * The two passes of a resize in WebAssembly SIMD (scripts/vision-kernels/resample.ts). Each thread has one instance, whose
 * memory is scratch: everything is copied in and out of it within one call.
 */
import { moduleBase64 } from './resample-kernels.js';
import type { ResampleJob, ResamplePasses, Taps } from './resample-passes.js';

interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly acrossRgb: AcrossKernel;
  readonly acrossGrey: AcrossKernel;
  down(
    strip: number,
    length: number,
    top: number,
    rows: number,
    first: number,
    count: number,
    weights: number,
    tapStride: number,
    to: number,
  ): void;
}

type AcrossKernel = (
  from: number,
  stride: number,
  rows: number,
  first: number,
  count: number,
  weights: number,
  tapStride: number,
  width: number,
  to: number,
) => void;

let passes: ResamplePasses | null | undefined;

/** The passes in SIMD; null where the host has none. */
export function simdPasses(): ResamplePasses | null {
  passes ??= load();
  return passes;
}

function load(): ResamplePasses | null {
  const bytes = Uint8Array.from(atob(moduleBase64), (letter) => letter.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return null;
  // The exports are what the AssemblyScript source declares.
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as Kernels;
  return (job) => run(kernels, job);
}

/** Kernels may read and write so many bytes past the end of what they are given. */
const slack = 16;

/** Hands out addresses one after the other. */
function makeLayout() {
  let end = slack;
  return {
    take(bytes: number): number {
      const start = end;
      end = (start + bytes + slack + 15) & ~15;
      return start;
    },
    size: () => end,
  };
}

function run(kernels: Kernels, job: ResampleJob): Uint8Array {
  const { data, start, stride, channels, top, rows, across, down } = job;
  const width = across.first.length;
  const height = down.first.length;
  const length = width * channels;
  const sourceBytes = Math.min(rows * stride, data.length - start);
  const layout = makeLayout();
  const from = layout.take(sourceBytes);
  const strip = layout.take(rows * length);
  const to = layout.take(height * length);
  const acrossAt = takeTaps(layout, across);
  const downAt = takeTaps(layout, down);
  const missing = layout.size() - kernels.memory.buffer.byteLength;
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / 65536));
  const heap = new Uint8Array(kernels.memory.buffer);
  heap.set(data.subarray(start, start + sourceBytes), from);
  storeTaps(heap, acrossAt, across);
  storeTaps(heap, downAt, down);
  const kernel = channels === 3 ? kernels.acrossRgb : kernels.acrossGrey;
  kernel(from, stride, rows, ...acrossAt, across.stride, width, strip);
  kernels.down(strip, length, top, height, ...downAt, down.stride, to);
  return heap.slice(to, to + height * length);
}

type TapsAt = readonly [first: number, count: number, weights: number];

function takeTaps(layout: ReturnType<typeof makeLayout>, taps: Taps): TapsAt {
  return [
    layout.take(taps.first.byteLength),
    layout.take(taps.count.byteLength),
    layout.take(taps.weights.byteLength),
  ];
}

function storeTaps(heap: Uint8Array, [first, count, weights]: TapsAt, taps: Taps): void {
  const words = new Int32Array(heap.buffer);
  words.set(taps.first, first / 4);
  words.set(taps.count, count / 4);
  words.set(taps.weights, weights / 4);
}
