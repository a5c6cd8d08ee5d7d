import { allocateUncleared, itemSize } from '../../core/dtype.js';
import { CheckpointError } from '../../core/errors.js';
import { quote } from '../../core/outside-text.js';
import { fromArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { encodings } from '../elements.js';
import { type ByteSource, bytesSource, PIECE } from './body.js';
import { CHECKSUM, Checksum } from './checksum.js';
import { headerLength, parseHeader, type TensorEntry } from './header.js';

/** Named tensors and named strings, as one file holds them. */
export interface SafetensorsFile {
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the file has a checksum, as all that wick writes have; one that is wrong is an error. */
  readonly checked: boolean;
}

/** Reads the bytes of a safetensors file; `path` is named in errors. */
export async function decodeSafetensors(bytes: Uint8Array, path: string): Promise<SafetensorsFile> {
  return await decodeFrom(bytesSource(bytes), path);
}

/** What the bytes hold that `source` gives. */
export async function decodeFrom(source: ByteSource, path: string): Promise<SafetensorsFile> {
  const length = headerLength(await source.next(Math.min(8, source.size)), source.size, path);
  const bodyBytes = source.size - 8 - length;
  const { entries, metadata } = parseHeader(await source.next(length), bodyBytes, path);
  requireMemory(entries, source.size, path);
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

/** Elements of one byte become four: all together may take twice the bytes of the file and 64 MiB. */
function requireMemory(entries: readonly TensorEntry[], fileBytes: number, path: string): void {
  let left = 2 * fileBytes + 2 ** 26;
  for (const { name, encoding, begin, end } of entries) {
    const { size, dtype } = encodings[encoding];
    left -= ((end - begin) / size) * itemSize(dtype);
    if (left < 0)
      throw new CheckpointError(
        path,
        `tensor ${quote(name)} of ${encoding} becomes ${dtype}, which takes far more memory than the file has bytes`,
      );
  }
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
