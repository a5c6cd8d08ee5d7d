/** Reads a pickle's bytes from front to back; every read is checked against the end. */
export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    private readonly failure: (detail: string) => Error,
    /** Position of the next byte. */
    public offset: number,
  ) {}

  fail(detail: string): Error {
    return this.failure(`damaged pickle at byte ${this.offset}: ${detail}`);
  }

  take(length: number): Buffer {
    const { bytes, offset } = this;
    if (!(length >= 0 && length <= bytes.length - offset))
      throw this.fail(`${length} bytes are announced, ${bytes.length - offset} are left`);
    this.offset += length;
    return bytes.subarray(offset, offset + length);
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  uint16(): number {
    return this.take(2).readUInt16LE();
  }

  int32(): number {
    return this.take(4).readInt32LE();
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A 64-bit length. */
  length64(): number {
    return Number(this.take(8).readBigUInt64LE());
  }

  /** A big-endian double. */
  float64(): number {
    return this.take(8).readDoubleBE();
  }

  /** The bytes up to the next newline, which is skipped. */
  line(): Buffer {
    const end = this.bytes.indexOf(0x0a, this.offset);
    if (end < 0) throw this.fail('a line has no end');
    const line = this.take(end - this.offset);
    this.offset++;
    return line;
  }
}
