/** Elements in the GPU's memory. */
import type { DType, TypedArray } from '../../core/dtype.js';
import { viewOf } from '../../core/dtype.js';
import type { Buffer, Engine } from '../engine.js';
import { whenUnreachable } from '../unreachable.js';
import { deviceBytes } from './device/elements.js';
import type { Line } from './device/line.js';

let ids = 0;

/** A number for a buffer or a plan on the device. */
export function nextId(): number {
  return ++ids;
}

/** What counts the device's bytes that the caller holds. */
export interface Meter {
  bytes: number;
}

export class DeviceBuffer implements Buffer {
  readonly id = nextId();
  readonly device = 'gpu';
  readonly release: () => void;

  constructor(
    readonly engine: Engine,
    private readonly line: Line,
    meter: Meter,
    readonly dtype: DType,
    readonly length: number,
  ) {
    const { id } = this;
    const bytes = deviceBytes(dtype, length);
    meter.bytes += bytes;
    this.release = whenUnreachable(this, new Held(line, meter, id, bytes));
  }

  read(): TypedArray | undefined {
    if (!this.line.mayWait) return undefined;
    return this.view(this.line.ask(...this.question));
  }

  async readAsync(): Promise<TypedArray> {
    return this.view(await this.line.askAsync(...this.question));
  }

  private get question() {
    const { id, dtype, length } = this;
    return [deviceBytes(dtype, length), 'read', id, dtype, length] as const;
  }

  private view(bytes: ArrayBuffer): TypedArray {
    return viewOf(this.dtype, bytes, 0, this.length);
  }
}

class Held {
  constructor(
    private readonly line: Line,
    private readonly meter: Meter,
    private readonly id: number,
    private readonly bytes: number,
  ) {}

  release(): void {
    this.meter.bytes -= this.bytes;
    this.line.send('free', this.id);
  }
}
