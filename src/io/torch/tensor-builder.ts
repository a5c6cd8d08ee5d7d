/**
 * Makes the tensors that a pickle describes: a storage, and of it offset, size and stride. The bytes of the storages lie
 * elsewhere in the file and come afterwards, one storage at a time.
 */
import { allocateUncleared, itemSize } from '../../core/dtype.js';
import { quote, show } from '../../core/outside-text.js';
import { formatShape, numel, type Shape } from '../../core/shape.js';
import { fromArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type EncodingName, encodings } from '../elements.js';
import { isRowMajor, rowMajorBytes } from '../strided.js';

/** Bytes in the file that tensors are views of. */
export class TorchStorage {
  constructor(
    readonly key: string,
    /** Null for bytes whose type each tensor says itself. */
    readonly encoding: EncodingName | null,
    readonly bytes: number,
  ) {}
}

/** A tensor whose elements are still to be read. */
interface Unread {
  readonly tensor: Tensor;
  readonly encoding: EncodingName;
  readonly offset: number;
  readonly stride: readonly number[];
}

/** As many dimensions as PyTorch itself allows. */
const maxRank = 64;

export class TensorBuilder {
  private readonly unread = new Map<TorchStorage, Unread[]>();
  private readonly known = new Map<string, Tensor>();
  /** Bytes that tensors may still take. */
  private left: number;

  constructor(
    fileBytes: number,
    private readonly fail: (detail: string) => Error,
  ) {
    this.left = 2 * fileBytes + 2 ** 26;
  }

  /** The storages that some tensor is of. */
  get storages(): Iterable<TorchStorage> {
    return this.unread.keys();
  }

  /** The tensor of these elements of a storage; two that are the same are one, as weights that are shared. */
  build(
    storage: unknown,
    offset: unknown,
    size: unknown,
    stride: unknown,
    type: EncodingName | null = null,
  ): Tensor {
    if (!(storage instanceof TorchStorage)) throw new TypeError('a tensor without a storage');
    const encoding = type ?? storage.encoding;
    if (encoding === null) throw new TypeError('a tensor without a type');
    const where = `a tensor of storage ${quote(storage.key)}`;
    if (!isWhole(offset) || !isWholeList(size) || !isWholeList(stride))
      throw new TypeError(
        `${where} with offset ${show(offset)}, size ${show(size)} and stride ${show(stride)}`,
      );
    if (size.length !== stride.length || size.length > maxRank)
      throw new TypeError(`${where} has ${size.length} sizes and ${stride.length} strides`);
    const key = JSON.stringify([storage.key, encoding, offset, size, stride]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    requireInside(where, storage, encoding, offset, size, stride);
    const tensor = this.allocate(where, encoding, size);
    const waiting = this.unread.get(storage);
    const entry = { tensor, encoding, offset, stride };
    if (waiting === undefined) this.unread.set(storage, [entry]);
    else waiting.push(entry);
    this.known.set(key, tensor);
    return tensor;
  }

  private allocate(where: string, encoding: EncodingName, size: Shape): Tensor {
    const { dtype } = encodings[encoding];
    const length = size.includes(0) ? 0 : numel(size);
    this.left -= length * itemSize(dtype) + 256;
    if (this.left < 0)
      throw this.fail(
        `its tensors take far more memory than it has bytes (${where}, ${formatShape(size)}): it is damaged, or made to fill the memory`,
      );
    return fromArray(allocateUncleared(dtype, length), size, dtype);
  }

  /** Gives all tensors of a storage their elements. */
  fill(storage: TorchStorage, bytes: Uint8Array): void {
    this.requireBytes(storage, bytes.length);
    for (const { tensor, encoding, offset, stride } of this.unread.get(storage) ?? []) {
      const { size } = encodings[encoding];
      this.decode(tensor, encoding, rowMajorBytes(bytes, size, offset, tensor.shape, stride), 0);
    }
    this.unread.delete(storage);
  }

  /** The same of pieces of whole elements, which lie in memory together only where tensors are views. */
  async fillFrom(storage: TorchStorage, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const [only, ...others] = this.unread.get(storage) ?? [];
    if (only === undefined || others.length > 0 || !isWholeStorage(only, storage)) {
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(piece);
      const [first = new Uint8Array()] = all;
      this.fill(storage, all.length > 1 ? Buffer.concat(all) : first);
      return;
    }
    const { size } = encodings[only.encoding];
    let done = 0;
    for await (const piece of pieces) {
      const at = done / size;
      done += piece.length;
      if (done > storage.bytes) break;
      this.decode(only.tensor, only.encoding, piece, at);
    }
    this.requireBytes(storage, done);
    this.unread.delete(storage);
  }

  private requireBytes({ key, bytes }: TorchStorage, found: number): void {
    if (found !== bytes)
      throw this.fail(`storage ${quote(key)} has ${found} bytes, its tensors say ${bytes}`);
  }

  private decode(tensor: Tensor, encoding: EncodingName, bytes: Uint8Array, at: number): void {
    const { decode, dtype } = encodings[encoding];
    const misfit = decode(bytes, tensor.data, at);
    if (misfit !== null)
      throw this.fail(
        `a tensor ${formatShape(tensor.shape)} of ${encoding} holds ${misfit.value} at position ${at + misfit.index}, ` +
          `which ${dtype} does not have`,
      );
  }
}

/** Whether the tensor's elements are those of the storage, one after the other. */
function isWholeStorage(
  { tensor: { shape }, encoding, offset, stride }: Unread,
  { bytes }: TorchStorage,
): boolean {
  const isAll = numel(shape) * encodings[encoding].size === bytes;
  return isAll && offset === 0 && isRowMajor(shape, stride);
}

function requireInside(
  where: string,
  { bytes }: TorchStorage,
  encoding: EncodingName,
  offset: number,
  size: Shape,
  stride: readonly number[],
): void {
  if (size.includes(0)) return;
  const last = size.reduce((sum, length, d) => sum + (length - 1) * (stride[d] ?? 0), offset);
  const elements = bytes / encodings[encoding].size;
  if (!(last < elements))
    throw new TypeError(
      `${where}, ${formatShape(size)} with stride ${formatShape(stride)} from ${offset}, ends at element ${last} of ${elements}`,
    );
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isWholeList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isWhole);
}
