import { CodecError } from './codec-error.js';

/** The bytes of a file that may end anywhere and lie: reading outside of them is a `CodecError`. */
export class ByteView {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** Whether numbers have their lowest byte first. */
    readonly little = false,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** The same bytes from `start` on, up to `end` as far as they go. */
  part(start: number, end: number = this.length, little = this.little): ByteView {
    return new ByteView(this.bytes.subarray(this.within(start, 0), end), little);
  }

  u8(at: number): number {
    return this.view.getUint8(this.within(at, 1));
  }

  u16(at: number): number {
    return this.view.getUint16(this.within(at, 2), this.little);
  }

  u24(at: number): number {
    const [low, high] = this.little
      ? [this.u16(at), this.u8(at + 2)]
      : [this.u16(at + 1), this.u8(at)];
    return low + high * 65_536;
  }

  u32(at: number): number {
    return this.view.getUint32(this.within(at, 4), this.little);
  }

  i32(at: number): number {
    return this.view.getInt32(this.within(at, 4), this.little);
  }

  /** A number of eight bytes, rounded where it has more than 53 bits. */
  u64(at: number): number {
    return Number(this.view.getBigUint64(this.within(at, 8), this.little));
  }

  /** `length` bytes as letters. */
  text(at: number, length: number): string {
    return String.fromCharCode(...this.bytes.subarray(this.within(at, length), at + length));
  }

  private within(at: number, size: number): number {
    if (at >= 0 && at + size <= this.length) return at;
    throw new CodecError(`cut off: ${this.length} bytes, more are announced`);
  }
}
