/** Writes protocol buffers (https://protobuf.dev/programming-guides/encoding): as much of them as an ONNX file needs. */

/** A message, or part of one: fields one after the other. */
export type Message = Uint8Array;

export function message(...fields: readonly Uint8Array[]): Message {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

export function int(field: number, value: number | bigint): Message {
  return new Uint8Array([...varint(field << 3), ...varint(value)]);
}

export function float(field: number, value: number): Message {
  const bytes = new Uint8Array(new Float32Array([value]).buffer);
  return new Uint8Array([...varint((field << 3) | 5), ...bytes]);
}

export function text(field: number, value: string): Message {
  return bytes(field, new TextEncoder().encode(value));
}

/** Bytes, or a message within a message. */
export function bytes(field: number, value: Uint8Array): Message {
  return message(new Uint8Array([...varint((field << 3) | 2), ...varint(value.length)]), value);
}

/** Seven bits a byte, the lowest first; a negative number counts as one of 64 bits. */
function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const digits: number[] = [];
  while (rest > 0x7fn) {
    digits.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...digits, Number(rest)];
}
