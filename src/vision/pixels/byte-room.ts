/** Where the bytes of a picture that is about to be made go: memory of its own, or memory that is lent and used again. */

/** Gives memory for so many bytes, whatever they hold; all of them will be written. */
export type TakeBytes = (length: number) => Uint8Array;

/** Memory of its own. */
export const newBytes: TakeBytes = (length) => new Uint8Array(length);

/**
 * Two buffers that take turns: what is taken stays as it is until the next but one is taken. Enough for a chain of steps,
 * each of which reads the picture of the one before; memory is allocated once, not once per picture.
 */
export class ByteRoom {
  private readonly buffers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  private turn: 0 | 1 = 0;

  readonly take: TakeBytes = (length) => {
    this.turn = this.turn === 0 ? 1 : 0;
    const last = this.buffers[this.turn];
    if (last.length === length) return last;
    const buffer =
      last.buffer.byteLength >= length
        ? new Uint8Array(last.buffer, 0, length)
        : new Uint8Array(length);
    this.buffers[this.turn] = buffer;
    return buffer;
  };
}
