/** The bytes of a `.npy` file as a tensor, and a tensor as those. */
import { allocateUncleared, type DType, itemSize } from '../../core/dtype.js';
import type { ReadFailure } from '../../core/regular-file.js';
import { formatShape, numel } from '../../core/shape.js';
import { fromArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { encodings } from '../elements.js';
import { rowMajorBytes } from '../strided.js';
import { npyHeader, parseNpyHeader } from './header.js';

const descrOf = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
} as const satisfies Record<DType, string>;

/** Decodes arrays whose tensors may take twice the bytes of their file and 64 MiB, all together. */
export class NpyDecoder {
  private left: number;

  constructor(fileBytes: number) {
    this.left = 2 * fileBytes + 2 ** 26;
  }

  /** The array in the bytes of a whole `.npy` file, which may be changed. */
  decode(bytes: Buffer, fail: ReadFailure): Tensor {
    const { encoding, bigEndian, fortranOrder, shape, dataStart } = parseNpyHeader(bytes, fail);
    const { size, dtype, decode } = encodings[encoding];
    const length = shape.includes(0) ? 0 : numel(shape);
    const there = bytes.length - dataStart;
    if (there !== length * size)
      throw fail(
        `${formatShape(shape)} of ${encoding} needs ${length * size} bytes, ${there} are there: it was cut short or changed`,
      );
    this.left -= length * itemSize(dtype) + 256;
    if (this.left < 0)
      throw fail(
        `${formatShape(shape)} of ${encoding} takes far more memory than its file has bytes`,
      );
    const elements = bytes.subarray(dataStart);
    if (bigEndian) toLittleEndian(elements, size);
    const stride = fortranOrder ? fortranStrides(shape) : undefined;
    const ordered = stride ? rowMajorBytes(elements, size, 0, shape, stride) : elements;
    const data = allocateUncleared(dtype, length);
    const misfit = decode(ordered, data, 0);
    if (misfit !== null)
      throw fail(`holds ${misfit.value} at position ${misfit.index}, which ${dtype} does not have`);
    return fromArray(data, shape, dtype);
  }
}

function toLittleEndian(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

/** The first index runs fastest. */
function fortranStrides(shape: readonly number[]): number[] {
  let step = 1;
  return shape.map((size) => {
    const stride = step;
    step *= size;
    return stride;
  });
}

/** The bytes of a `.npy` file, in two parts, of the elements at the time of the call. */
export function encodeNpy({ dtype, shape, data }: Tensor): [header: Uint8Array, body: Uint8Array] {
  const body = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [npyHeader(descrOf[dtype], shape), body];
}
