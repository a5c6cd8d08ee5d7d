/**
 * Inner loops for large pictures (scripts/vision-kernels/pixels.ts). Each thread has one instance, whose memory is scratch:
 * everything is copied in and out of it within one call. The TypeScript beside each use is the reference, and the way where there is no SIMD.
 */
import { type KernelMemory, loadKernels, reserve } from '../kernel-module.js';
import { moduleBase64 } from './kernels.js';

/** Addresses and sizes are in bytes; what the arguments mean is said in the source. */
interface PixelKernels {
  readonly memory: KernelMemory;
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
  warpRgb(
    src: number,
    width: number,
    height: number,
    addX: number,
    addY: number,
    across: number,
    rowX: number,
    rowY: number,
    rows: number,
    fill: number,
    to: number,
  ): void;
  planesRgb(src: number, count: number, table: number, to: number): void;
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

let kernels: PixelKernels | null | undefined;

/** The kernels; null where the host cannot run them. */
export function pixelKernels(): PixelKernels | null {
  if (kernels === undefined) kernels = loadKernels<PixelKernels>(moduleBase64);
  return kernels;
}

/** Kernels may read and write so many bytes past the end of what they are given. */
const slack = 16;

/** More scratch than this is not held: such pictures are left to the TypeScript, whose memory is given back. */
const maxBytes = 2 ** 27;

/** What goes into the memory, what comes out, and where. */
export class Scratch {
  private end = slack;
  private readonly inputs: { readonly data: Uint8Array; readonly at: number }[] = [];

  /** Room for `bytes` bytes. */
  take(bytes: number): number {
    const start = this.end;
    this.end = Math.ceil((start + bytes + slack) / 16) * 16; // no bit operation: sums may pass 2³¹
    return start;
  }

  /** Room for a copy of `data`. */
  put(data: Uint8Array | Int32Array | Float32Array): number {
    const at = this.take(data.byteLength);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.inputs.push({ data: bytes, at });
    return at;
  }

  /** Copies everything in and returns the memory; null where it is too much. */
  fill({ memory }: PixelKernels): ArrayBuffer | null {
    if (this.end > maxBytes) return null;
    reserve(memory, this.end);
    const heap = new Uint8Array(memory.buffer);
    for (const { data, at } of this.inputs) heap.set(data, at);
    return memory.buffer;
  }
}
