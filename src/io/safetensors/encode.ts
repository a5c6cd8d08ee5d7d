import { type DType, itemSize } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { quote, show } from '../../core/outside-text.js';
import { elementsToCome } from '../../tensor/execute.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { EncodingName } from '../elements.js';
import { CHECKSUM, Checksum } from './checksum.js';
import { METADATA } from './header.js';

const toName = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType, EncodingName>;

/** The bytes of a safetensors file, in the parts that make it up: of the elements at the time of the call. */
export async function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array[]> {
  const toCome = elementsToCome(tensors.values(), 'saveSafetensors');
  if (toCome !== undefined) await toCome;
  // Wide elements first, as the reference implementation writes them, so that every tensor is aligned.
  const ordered = [...tensors].sort(([, a], [, b]) => itemSize(b.dtype) - itemSize(a.dtype));
  const texts = Object.entries(metadata).filter(([key]) => key !== CHECKSUM);
  for (const [key, text] of texts) requireText(key, text);
  const checksum = new Checksum(texts);
  const fields: string[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    requireName(name);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const range = [offset, offset + bytes.length];
    fields.push(field(name, { dtype: toName[dtype], shape, data_offsets: range }));
    checksum.tensor(name, toName[dtype], shape);
    checksum.bytes(bytes);
    offset += bytes.length;
    parts.push(bytes);
  }
  texts.push([CHECKSUM, checksum.digest()]);
  const described = `{${texts.map(([key, text]) => field(key, text)).join()}}`;
  const header = `{${[`"${METADATA}":${described}`, ...fields].join()}}`;
  const text = new TextEncoder().encode(header);
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(text, 8);
  return [padded, ...parts];
}

/** `"key":value`, whatever the key: an object's own keys would not do, they are put in another order. */
function field(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function requireName(name: string): void {
  if (name === METADATA)
    throw new ValueError('saveSafetensors', `a tensor cannot be named ${METADATA}`);
  if (/\p{Cs}/u.test(name))
    throw new ValueError('saveSafetensors', `the name ${quote(name)} is no Unicode text`);
}

function requireText(key: string, text: unknown): void {
  if (typeof text === 'string' && !/\p{Cs}/u.test(key + text)) return;
  throw new ValueError(
    'saveSafetensors',
    `metadata ${quote(key)} is ${show(text)}, a Unicode text is required`,
  );
}
