/** Elements in the host's memory: a buffer that every engine's plans take. */
import type { Device } from '../core/device.js';
import { allocate, allocateUncleared, type DType, type TypedArray } from '../core/dtype.js';
import { internalError } from '../core/errors.js';
import type { Buffer } from './engine.js';

/** The elements of a host buffer as an engine has them in memory of its own: a buffer of it, or what it likes. */
export interface EngineCopy {
  /** Whose copy it is: the engine, or something by which it knows its own. */
  readonly engine: object | undefined;
  /** Where it is. @default 'cpu' */
  readonly device?: Device;
}

/** Counts all contents that buffers have had. */
let contents = 0;

export class HostBuffer implements Buffer {
  private content = ++contents;

  /**
   * An engine's copy of the elements, as long as they are the same: whoever changes them drops it. There is none of elements
   * that have been handed out, which anybody may change at any time.
   */
  copy: EngineCopy | undefined = undefined;
  /** Where the elements were when others got the array. */
  private readFrom: Device = 'cpu';

  /**
   * @param handedOut Whether others than ops may have the array.
   * @param memory The engine's memory that the array lies in, where it does.
   */
  constructor(
    readonly dtype: DType,
    readonly array: TypedArray,
    private handedOut = false,
    readonly memory: object | undefined = undefined,
  ) {}

  static zeros(dtype: DType, length: number): HostBuffer {
    return new HostBuffer(dtype, allocate(dtype, length));
  }

  /** A buffer for a kernel to write: its elements hold anything. */
  static uncleared(dtype: DType, length: number): HostBuffer {
    return new HostBuffer(dtype, allocateUncleared(dtype, length));
  }

  get engine(): undefined {
    return undefined;
  }

  get length(): number {
    return this.array.length;
  }

  /** Where the elements are: with their copy, or where it was when they were read, which moves nothing. */
  get device(): Device {
    return this.copy?.device ?? this.readFrom;
  }

  get isHandedOut(): boolean {
    return this.handedOut;
  }

  read(): TypedArray {
    return this.array;
  }

  readAsync(): Promise<TypedArray> {
    return Promise.resolve(this.array);
  }

  /** Tells these elements from all that any buffer has held before; undefined where anybody may change them at any time. */
  get stamp(): number | undefined {
    return this.handedOut ? undefined : this.content;
  }

  /** The array, to be changed now. */
  change(): TypedArray {
    this.changed();
    return this.array;
  }

  /** Says that a plan has written other elements, of which `copy` is one. */
  changed(copy?: EngineCopy): void {
    this.stay();
    this.copy = copy;
    this.content = ++contents;
  }

  /** Says that the elements are in the host's memory alone. */
  stay(): void {
    this.copy = undefined;
    this.readFrom = 'cpu';
  }

  /** A buffer of the same elements whose array may be handed out. */
  forOthers(): HostBuffer {
    return this;
  }

  /** The array, for anybody to keep and change; `device` is where the elements are. */
  handOut(device = this.device): TypedArray {
    this.readFrom = device;
    this.copy = undefined;
    this.handedOut = true;
    return this.array;
  }

  release(): void {}
}

/** A buffer that an engine gets, which has host buffers alone. */
export function hostBuffer(buffer: Buffer | undefined): HostBuffer {
  if (buffer instanceof HostBuffer) return buffer;
  throw internalError('a plan is given a buffer of another engine, or none');
}
