/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes of header length, a JSON
 * header with dtype, shape and byte range of each tensor, then the bytes. It holds data only and can run nothing.
 */
import { readFile } from 'node:fs/promises';
import { type DType, itemSize, viewOf } from '../core/dtype.js';
import { CheckpointError } from '../core/errors.js';
import { formatShape, numel } from '../core/shape.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { reason, writeFileAtomic } from './atomic.js';

/** Named tensors and named strings, as one file holds them. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const toName = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType, string>;

const fromName = new Map<unknown, DType>(
  Object.entries(toName).map(([dtype, name]) => [name, dtype as DType]), // keys of toName are dtypes
);

/** The longest header that is read: a file that claims more is damaged. */
const maxHeaderBytes = 100_000_000;

/** Writes tensors to `path`, whole or not at all. */
export async function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

/** The bytes of a safetensors file, in the parts that make it up. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const parts: Uint8Array[] = [];
  let offset = 0;
  // Wide elements first, as the reference implementation writes them, so that every tensor is aligned.
  const ordered = [...tensors].sort(([, a], [, b]) => itemSize(b.dtype) - itemSize(a.dtype));
  for (const [name, { dtype, shape, data }] of ordered) {
    header[name] = {
      dtype: toName[dtype],
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(text, 8);
  return [padded, ...parts];
}

/** Reads a safetensors file. @throws CheckpointError when it is missing or damaged, with the path */
export async function loadSafetensors(path: string): Promise<SafetensorsFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new CheckpointError(path, `cannot be read (${reason(cause)})`, { cause });
  }
  return decodeSafetensors(bytes, path);
}

/** Reads the bytes of a safetensors file; `path` is named in errors. */
export function decodeSafetensors(bytes: Uint8Array, path: string): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (!(length <= Math.min(bytes.length - 8, maxHeaderBytes)))
    throw damaged(
      path,
      `${bytes.length} bytes, too few for its header; it was cut short, or is not a safetensors file`,
    );
  const body = bytes.subarray(8 + length);
  const header = parseHeader(bytes.subarray(8, 8 + length), path);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries))
    tensors.set(name, decodeTensor(name, entry, body, path));
  return { tensors, metadata: parseMetadata(metadata, path) };
}

function parseHeader(bytes: Uint8Array, path: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch (cause) {
    throw damaged(path, 'its header is not JSON; it is not a safetensors file', cause);
  }
  throw damaged(path, 'its header is not a JSON object');
}

function parseMetadata(metadata: unknown, path: string): Record<string, string> {
  if (!isRecord(metadata)) throw damaged(path, 'its __metadata__ is not an object');
  const strings: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw damaged(path, `its metadata '${key}' is not a string`);
    strings[key] = value;
  }
  return strings;
}

function decodeTensor(name: string, entry: unknown, body: Uint8Array, path: string): Tensor {
  if (!isRecord(entry)) throw damaged(path, `tensor '${name}' has no description`);
  const dtype = fromName.get(entry.dtype);
  if (dtype === undefined)
    throw damaged(
      path,
      `tensor '${name}' has dtype ${JSON.stringify(entry.dtype)}; readable are ${[...fromName.keys()].join(', ')}`,
    );
  const { shape, data_offsets: range } = entry;
  if (!isWholeNumbers(shape) || !isWholeNumbers(range) || range.length !== 2)
    throw damaged(path, `tensor '${name}' has no valid shape and data_offsets`);
  const [begin = 0, end = 0] = range;
  const size = numel(shape) * itemSize(dtype);
  if (end - begin !== size || end > body.length)
    throw damaged(
      path,
      `tensor '${name}' ${formatShape(shape)} needs ${size} bytes at ${begin}, ` +
        `but its range is ${begin}–${end} of ${body.length}; the file was cut short or changed`,
    );
  const copy = body.slice(begin, end); // A copy is aligned, whatever the offset.
  return fromArray(viewOf(dtype, copy.buffer, copy.byteOffset, numel(shape)), shape, dtype);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function damaged(path: string, detail: string, cause?: unknown): CheckpointError {
  return new CheckpointError(path, detail, { cause });
}
