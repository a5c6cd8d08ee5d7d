import { allocate, allocateUncleared, type DType, type TypedArray } from '../core/dtype.js';
import { CaptureError, internalError } from '../core/errors.js';
import type { Loan } from '../engine/engine.js';
import { expose, markPrivate } from '../engine/private-arrays.js';

let created = 0;

/** A recording of a step, in which tensors have no elements: those that it makes know whether it is going on. */
export interface Capture {
  open: boolean;
}

/**
 * The elements behind one or more tensors (a reshape shares its source's). Eager elements live in ArrayBuffers, which
 * the garbage collector sees and frees even inside a synchronous loop; only those that nobody but the tape can see live
 * in memory that the engine lends (`transients.ts`). While a step is recorded there are none yet.
 */
export class Storage {
  /** Grows with every storage made: tells what was made before a recording from what was made in it. */
  readonly id = ++created;
  /** Counts in-place writes, so that the tape notices when a saved value has changed. */
  version = 0;

  private constructor(
    readonly dtype: DType,
    readonly length: number,
    private array: TypedArray | null,
    private readonly loan: Loan | null = null,
    private readonly capture: Capture | null = null,
  ) {}

  static of(dtype: DType, array: TypedArray): Storage {
    return new Storage(dtype, array.length, array);
  }

  static zeros(dtype: DType, length: number): Storage {
    return new Storage(dtype, length, markPrivate(allocate(dtype, length)));
  }

  /** A storage for a kernel to write: its elements hold anything. */
  static uncleared(dtype: DType, length: number): Storage {
    return new Storage(dtype, length, markPrivate(allocateUncleared(dtype, length)));
  }

  /** A storage for a kernel to write, in an engine's memory. */
  static lent(dtype: DType, loan: Loan): Storage {
    return new Storage(dtype, loan.array.length, loan.array, loan);
  }

  /** A storage whose elements exist only when the recorded step runs. */
  static symbolic(dtype: DType, length: number, capture: Capture | null = null): Storage {
    return new Storage(dtype, length, null, null, capture);
  }

  get isSymbolic(): boolean {
    return this.array === null;
  }

  /** The elements, to be read now; `reader` names who asks, for the error inside a recorded step. */
  read(reader: string): TypedArray {
    if (this.array !== null) return this.array;
    if (this.loan !== null) throw internalError(`${reader}: lent elements were given back`);
    throw new CaptureError(
      reader,
      this.capture?.open === false
        ? 'the tensor was made inside a compiled step, which keeps what it does not return; return it from the step. ' +
            'A gradient stays where zeroGrad() is called outside of the step'
        : 'the step is being captured; return the tensor and read it outside',
    );
  }

  /** The elements for anybody to keep and change; `reader` as in `read`. */
  handOut(reader: string): TypedArray {
    const array = this.read(reader);
    expose(array);
    return array;
  }

  /** Replaces the array by an equal one elsewhere (an engine's resident memory). */
  moveTo(array: TypedArray): void {
    this.array = array;
  }

  /** Gives lent memory back to the engine: whoever reads these elements from now on has made a mistake. */
  giveBack(): void {
    this.array = null;
    this.loan?.end();
  }
}

/** The id of the storage made last. */
export function lastStorageId(): number {
  return created;
}
