/**
 * The argument list of a primitive in the engine's memory: the stream, the count of arguments, and for each (argument,
 * handle), which is oneDNN's `dnnl_exec_arg_t`.
 */

/** One argument, as one thread gives it. */
export interface Argument {
  /** What oneDNN calls it. */
  readonly argument: number;
  /** oneDNN's memory object for it. */
  readonly handle: bigint;
}

const headBytes = 16;
const argumentBytes = 16;

export function writeArgumentList(stream: bigint, given: readonly Argument[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(headBytes + given.length * argumentBytes));
  view.setBigUint64(0, stream, true);
  view.setUint32(8, given.length, true);
  given.forEach(({ argument, handle }, i) => {
    view.setInt32(headBytes + i * argumentBytes, argument, true);
    view.setBigUint64(headBytes + i * argumentBytes + 8, handle, true);
  });
  return new Uint8Array(view.buffer);
}

/** Reads lists where they lie. Pointers are plain numbers: user space ends below 2⁵³. */
export class ArgumentLists {
  private words: Uint32Array;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.words = new Uint32Array(memory.buffer);
  }

  stream(list: number): number {
    return this.pointer(list);
  }

  count(list: number): number {
    return this.word(list + 8);
  }

  /** Where the array of `dnnl_exec_arg_t` starts. */
  arguments(list: number): number {
    return list + headBytes;
  }

  handle(list: number, i: number): number {
    return this.pointer(list + headBytes + i * argumentBytes + 8);
  }

  word(place: number): number {
    const word = this.words[place >>> 2];
    if (word !== undefined) return word;
    this.words = new Uint32Array(this.memory.buffer); // It has grown.
    return this.words[place >>> 2] ?? 0;
  }

  private pointer(place: number): number {
    return this.word(place) + this.word(place + 4) * 2 ** 32;
  }
}
