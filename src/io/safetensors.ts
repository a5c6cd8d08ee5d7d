/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes of header length, a JSON
 * header with dtype, shape and byte range of each tensor, then the bytes. It holds data only and can run nothing.
 */
import { allocateUncleared, type DType, itemSize } from '../core/dtype.js';
import { CheckpointError, ValueError } from '../core/errors.js';
import { quote, show } from '../core/outside-text.js';
import { withRegularFile } from '../core/regular-file.js';
import { fromArray } from '../tensor/creation.js';
import { elementsToCome } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';
import { writeFileAtomic } from './atomic.js';
import { type EncodingName, encodings } from './elements.js';
import { type ByteSource, bytesSource, fileSource, PIECE } from './safetensors/body.js';
import { CHECKSUM, Checksum } from './safetensors/checksum.js';
import { headerLength, METADATA, parseHeader, type TensorEntry } from './safetensors/header.js';

/** Named tensors and named strings, as one file holds them. */
export interface SafetensorsFile {
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the file has a checksum, as all that wick writes have; one that is wrong is an error. */
  readonly checked: boolean;
}

const toName = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType, EncodingName>;

/**
 * Writes tensors to `path`, whole or not at all, with a checksum over all of it in the metadata (`wick.sha256`).
 *
 * @throws ValueError for a name that the format does not have
 */
export async function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (/\.(pth|pt|th)$/i.test(path))
    throw new ValueError(
      'saveSafetensors',
      `${quote(path)} is a name for a file of PyTorch, one that ends in .safetensors is required`,
    );
  await writeFileAtomic(path, await encodeSafetensors(tensors, metadata));
}

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

/**
 * Reads a safetensors file: all of the format's element types but complex numbers and those below 8 bits. Half, bfloat16
 * and 8-bit floats become float32; whole numbers become int32, as `num_batches_tracked` of PyTorch's models.
 *
 * @throws CheckpointError when it is missing, damaged or against the specification, with the path
 */
export async function loadSafetensors(path: string): Promise<SafetensorsFile> {
  const fail = (detail: string, cause?: unknown) => new CheckpointError(path, detail, { cause });
  return await withRegularFile(path, fail, (file, size) =>
    decode(fileSource(file, size, fail), path),
  );
}

/** Reads the bytes of a safetensors file; `path` is named in errors. */
export async function decodeSafetensors(bytes: Uint8Array, path: string): Promise<SafetensorsFile> {
  return await decode(bytesSource(bytes), path);
}

async function decode(source: ByteSource, path: string): Promise<SafetensorsFile> {
  const length = headerLength(await source.next(Math.min(8, source.size)), source.size, path);
  const bodyBytes = source.size - 8 - length;
  const { entries, metadata } = parseHeader(await source.next(length), bodyBytes, path);
  const { [CHECKSUM]: expected, ...texts } = metadata;
  const checksum = expected === undefined ? null : new Checksum(Object.entries(texts));
  const tensors = new Map<string, Tensor>();
  for (const entry of entries)
    tensors.set(entry.name, await readTensor(entry, source, checksum, path));
  if (checksum !== null && checksum.digest() !== expected)
    throw new CheckpointError(
      path,
      'its content does not agree with its checksum: it was damaged or changed; ' +
        `take it from a copy, or remove ${CHECKSUM} from its metadata if the change was meant`,
    );
  return { tensors, metadata: texts, checked: checksum !== null };
}

async function readTensor(
  { name, encoding, shape, begin, end }: TensorEntry,
  source: ByteSource,
  checksum: Checksum | null,
  path: string,
): Promise<Tensor> {
  const { size, dtype, decode: decodeInto } = encodings[encoding];
  const length = (end - begin) / size;
  const data = allocateUncleared(dtype, length);
  checksum?.tensor(name, encoding, shape);
  for (let done = 0; done < length; ) {
    const count = Math.min(length - done, PIECE / size);
    const piece = await source.next(count * size);
    checksum?.bytes(piece);
    const misfit = decodeInto(piece, data, done);
    if (misfit !== null)
      throw new CheckpointError(
        path,
        `tensor ${quote(name)} of ${encoding} holds ${misfit.value} at position ${done + misfit.index}, ` +
          `which ${dtype} does not have`,
      );
    done += count;
  }
  return fromArray(data, shape, dtype);
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
