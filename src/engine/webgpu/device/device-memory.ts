/** Buffers of the device. Those that are given back wait for the next of their size: making one takes longer than a kernel. */
import { type GpuBuffer, type GpuDevice, usage } from './gpu-api.js';

/** Bytes that may wait to be used again. */
const mostWaiting = 1 << 28;

/** Sizes are multiples of it, so that more of them are alike. */
export const grain = 256;

export class DeviceMemory {
  private readonly waiting = new Map<number, GpuBuffer[]>();
  private waitingBytes = 0;
  private total = 0;

  constructor(private readonly device: GpuDevice) {}

  /** Bytes of all buffers, waiting ones included. */
  get bytes(): number {
    return this.total;
  }

  /** A buffer of at least so many bytes that hold anything. */
  take(bytes: number): GpuBuffer {
    const size = Math.ceil(bytes / grain) * grain;
    const known = this.waiting.get(size)?.pop();
    if (known !== undefined) {
      this.waitingBytes -= size;
      return known;
    }
    this.total += size;
    return this.device.createBuffer({
      size,
      usage: usage.storage | usage.copySource | usage.copyTarget,
    });
  }

  /** Whatever has been submitted runs before what comes, so the buffer may be used again at once. */
  give(buffer: GpuBuffer): void {
    const { size } = buffer;
    if (this.waitingBytes + size > mostWaiting) {
      this.total -= size;
      buffer.destroy();
      return;
    }
    this.waitingBytes += size;
    const list = this.waiting.get(size) ?? [];
    list.push(buffer);
    this.waiting.set(size, list);
  }
}
