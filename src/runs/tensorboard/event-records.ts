/**
 * Records of a TensorBoard event file: each a length and a protocol buffer, both with their checksums (TFRecord), the buffer a
 * `tensorflow.Event` (event.proto, summary.proto) with scalars.
 */
import { maskedCrc32c } from './crc32c.js';

/** The first record of a file. */
export function versionRecord(wallTime: number): Uint8Array {
  return record([...double(1, wallTime), ...text(3, 'brain.Event:2')]);
}

/** Numbers by their tags, at a step. */
export function scalarsRecord(
  wallTime: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) =>
    bytes(1, [...text(1, tag), ...float(2, value)]),
  );
  return record([...double(1, wallTime), key(2, 0), ...varint(step), ...bytes(5, values)]);
}

function record(event: readonly number[]): Uint8Array {
  const whole = new Uint8Array(8 + 4 + event.length + 4);
  const view = new DataView(whole.buffer);
  view.setUint32(0, event.length, true); // the upper half of the 64 bits stays 0
  view.setUint32(8, maskedCrc32c(whole.subarray(0, 8)), true);
  whole.set(event, 12);
  const body = whole.subarray(12, 12 + event.length);
  view.setUint32(12 + event.length, maskedCrc32c(body), true);
  return whole;
}

/** A field's number with the form of what follows: 0 a varint, 1 eight bytes, 2 so many bytes, 5 four bytes. */
function key(field: number, form: 0 | 1 | 2 | 5): number {
  return (field << 3) | form;
}

function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) groups.push((rest % 128) | 128);
  return [...groups, rest];
}

function double(field: number, value: number): number[] {
  return [key(field, 1), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function float(field: number, value: number): number[] {
  return [key(field, 5), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function bytes(field: number, content: readonly number[]): number[] {
  return [key(field, 2), ...varint(content.length), ...content];
}

function text(field: number, value: string): number[] {
  return bytes(field, [...new TextEncoder().encode(value)]);
}
