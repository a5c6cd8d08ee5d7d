/** Bytes of code as they are written, and labels in them. */
import { internalError } from '../../../core/errors.js';
import type { Label } from './operands.js';

export class CodeBytes {
  private bytes = new Uint8Array(4096);
  private length = 0;
  private readonly pending = new Set<Label>();

  get size(): number {
    return this.length;
  }

  finish(): Uint8Array {
    if (this.pending.size > 0) throw internalError('code jumps to a label that is nowhere');
    return this.bytes.slice(0, this.length);
  }

  byte(...values: readonly number[]): void {
    if (this.length + values.length > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    for (const value of values) this.bytes[this.length++] = value;
  }

  /** 32 bits, low byte first. */
  word(value: number): void {
    this.byte(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);
  }

  /** The 32-bit distance to a label from the instruction's end, which is `tail` bytes behind the distance. */
  distance(label: Label, tail = 0): void {
    const from = this.length + 4 + tail;
    if (label.at === undefined) {
      label.uses.push({ at: this.length, from });
      this.pending.add(label);
    }
    this.word(label.at === undefined ? 0 : label.at - from);
  }

  /** Puts a label here. */
  bind(label: Label): void {
    if (label.at !== undefined) throw internalError('a label is put in two places');
    label.at = this.length;
    this.pending.delete(label);
    for (const { at, from } of label.uses)
      new DataView(this.bytes.buffer).setInt32(at, label.at - from, true);
  }

  align(to: number): void {
    while (this.length % to !== 0) this.byte(0x90); // nop
  }
}
