import type { Device } from '../core/device.js';
import { allocate, type DType, type TypedArray } from '../core/dtype.js';
import { CaptureError, EngineError, internalError, ValueError } from '../core/errors.js';
import type { Buffer, Engine, Use } from '../engine/engine.js';
import { HostBuffer } from '../engine/host-buffer.js';
import { currentEngine } from '../engine/select.js';

let created = 0;

/** A recording of a step, in which tensors have no elements: those that it makes know whether it is going on. */
export interface Capture {
  open: boolean;
}

/**
 * The elements behind one or more tensors (a reshape shares its source's), in a buffer of the engine's or of the host's
 * memory. While a step is recorded there are none yet.
 */
export class Storage {
  /** Grows with every storage made: tells what was made before a recording from what was made in it. */
  readonly id = ++created;
  /** Counts in-place writes, so that the tape notices when a saved value has changed. */
  version = 0;
  private released = false;

  private constructor(
    readonly dtype: DType,
    readonly length: number,
    private buffer: Buffer | null,
    private readonly capture: Capture | null = null,
  ) {}

  static of(buffer: Buffer): Storage {
    return new Storage(buffer.dtype, buffer.length, buffer);
  }

  /** A storage of elements that others may have, too. */
  static sharing(dtype: DType, array: TypedArray): Storage {
    return Storage.of(new HostBuffer(dtype, array, true));
  }

  static filled(dtype: DType, length: number, value: number): Storage {
    const buffer = HostBuffer.zeros(dtype, length);
    if (value !== 0) buffer.change().fill(value);
    return Storage.of(buffer);
  }

  /** A storage whose elements exist only when the recorded step runs. */
  static symbolic(dtype: DType, length: number, capture: Capture | null = null): Storage {
    return new Storage(dtype, length, null, capture);
  }

  get isSymbolic(): boolean {
    return this.buffer === null;
  }

  /** Whether the elements are in the host's memory. */
  get isHere(): boolean {
    return this.buffer instanceof HostBuffer;
  }

  /**
   * Where the elements are, of which a GPU may have a copy, or where those of a step that is recorded will be. Reading moves
   * nothing: who has been handed the elements of a GPU's tensor has what the GPU is given anew each time.
   */
  get device(): Device {
    const { buffer } = this;
    if (buffer instanceof HostBuffer) return buffer.device;
    return (buffer?.engine ?? currentEngine()).device ?? 'cpu';
  }

  /** Moves the elements; those of a step that is recorded are where it runs. `mover` names who asks. */
  moveTo(device: Device, mover: string): void {
    const engine = currentEngine();
    // Elements that somebody may have are not in a GPU's memory between its plans, and may be had there.
    if (this.device === device && !(this.isHandedOut && engine.device === device)) return;
    if (device === 'gpu' && engine.device !== device)
      throw new ValueError(
        mover,
        `device='${device}' is given, and engine ${engine.name} does not compute there; call useDevice('${device}') first`,
      );
    if (this.buffer === null) return;
    if (device === 'cpu') this.host(mover).stay();
    else this.adoptedBy(engine, 'state', mover);
  }

  /**
   * The elements, to be read now; `reader` names who asks.
   *
   * @throws CaptureError inside a recorded step
   * @throws EngineError where they are in the memory of an engine that cannot be waited for
   */
  read(reader: string): TypedArray {
    return this.host(reader).array;
  }

  /** The elements, to be read once they are here; from then on `read` gives them, too, until an op changes them. */
  async readAsync(reader: string): Promise<TypedArray> {
    return (await this.hostAsync(reader)).array;
  }

  /** The elements for anybody to keep and change; `reader` and errors as in `read`. */
  handOut(reader: string): TypedArray {
    return this.handOutOf(this.host(reader));
  }

  /** The elements for anybody to keep and change, once they are here. */
  async handOutAsync(reader: string): Promise<TypedArray> {
    return this.handOutOf(await this.hostAsync(reader));
  }

  private handOutOf(host: HostBuffer): TypedArray {
    const { device } = host;
    const others = host.forOthers();
    if (this.buffer === host) this.buffer = others;
    return others.handOut(device);
  }

  /** Replaces all elements; they are in the host's memory then. */
  write(elements: ArrayLike<number>, writer: string): void {
    const buffer = this.held(writer);
    const host = buffer instanceof HostBuffer ? buffer : HostBuffer.zeros(this.dtype, this.length);
    host.change().set(elements);
    this.buffer = host;
  }

  /**
   * Has the elements of `other` from now on, which nobody may use any more: they stay where they are, unless somebody may have an
   * array of either.
   */
  takeOver(other: Storage, writer: string): void {
    if (this.isHandedOut || other.isHandedOut) this.write(other.read(writer), writer);
    else this.buffer = other.held(writer);
    this.version += 1;
  }

  /** The buffer, for a plan of `engine` to read; `reader` and errors as in `read`. */
  bufferFor(engine: Engine, reader: string): Buffer {
    const buffer = this.held(reader);
    return buffer.engine === undefined || buffer.engine === engine ? buffer : this.host(reader);
  }

  /** The buffer, for a plan of `engine` to change: another one of the same elements, where the engine has a better. */
  adoptedBy(engine: Engine, use: Use, writer: string): Buffer {
    const buffer = this.bufferFor(engine, writer);
    this.buffer = engine.adopt?.(buffer, use) ?? buffer;
    return this.buffer;
  }

  /** Whether anybody may have the elements, to keep and change. */
  get isHandedOut(): boolean {
    return this.buffer instanceof HostBuffer && this.buffer.isHandedOut;
  }

  /** Gives the memory back: whoever reads these elements from now on has made a mistake. */
  release(): void {
    this.buffer?.release();
    this.buffer = null;
    this.released = true;
  }

  /** The elements in the host's memory, where they are from now on; the engine's own stay as a copy of them. */
  private host(reader: string): HostBuffer {
    const buffer = this.held(reader);
    if (buffer instanceof HostBuffer) return buffer;
    const array = this.length === 0 ? allocate(this.dtype, 0) : buffer.read(); // nothing to wait for
    if (array === undefined) throw notReadNow(buffer, reader);
    return this.bring(buffer, array);
  }

  private async hostAsync(reader: string): Promise<HostBuffer> {
    const buffer = this.held(reader);
    if (buffer instanceof HostBuffer) return buffer;
    const { version } = this;
    const array = await buffer.readAsync();
    if (this.version !== version) return new HostBuffer(this.dtype, array);
    return this.buffer === buffer ? this.bring(buffer, array) : this.hostAsync(reader);
  }

  private bring(buffer: Buffer, array: TypedArray): HostBuffer {
    const host = new HostBuffer(this.dtype, array);
    host.copy = buffer;
    this.buffer = host;
    return host;
  }

  private held(reader: string): Buffer {
    if (this.buffer !== null) return this.buffer;
    if (this.released) throw internalError(`${reader}: the elements were given back`);
    throw new CaptureError(
      reader,
      this.capture?.open === false
        ? 'the tensor was made inside a compiled step, which keeps what it does not return; return it from the step. ' +
            'A gradient stays where zeroGrad() is called outside of the step'
        : 'the step is being captured; return the tensor and read it outside',
    );
  }
}

/** The id of the storage made last. */
export function lastStorageId(): number {
  return created;
}

/** What waits, for those who cannot. */
const waysOut: Readonly<Record<string, string>> = {
  'item()': 'use await tensor.itemAsync()',
  'toArray()': 'use await tensor.toArrayAsync()',
  data: 'use await tensor.dataAsync()',
  Generator: 'use await generator.drawSeedAsync(), whose number is a seed for what asked',
  'Generator.seed': 'await generator.state.dataAsync() first',
  EigenCAM: 'use await method.attributeAsync(images)',
  sanityCheck: 'use await explain.sanityCheckAsync(method, images)',
  truncNormal_: 'make the model before you choose that engine',
};

function notReadNow(buffer: Buffer, reader: string): EngineError {
  return new EngineError(
    reader,
    `the elements are in the memory of engine ${buffer.engine?.name}, which is not waited for here; ` +
      (waysOut[reader] ?? 'await tensor.dataAsync() first'),
  );
}
