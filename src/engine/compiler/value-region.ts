/** The memory of a value, in one layout and storage. */
import type { TypedArray } from '../../core/dtype.js';
import type { Value } from '../../graph/graph.js';
import type { Precision } from '../precision.js';
import { type Block, isPadded, ROWS, storedElements, storedSize } from './layout.js';
import type { Region } from './region.js';

/** Symbolic memory for `value`; `data` are its elements where they are known now. */
export function newRegion(
  value: Value,
  place: Region['place'],
  block: Block = ROWS,
  storage: Precision = 'float32',
  data?: Uint8Array,
): Region {
  return {
    bytes: storedElements(value.shape, block) * storedSize(value.dtype, storage),
    label: `%${value.id}${isPadded(value.shape, block) ? ' padded' : ''}`,
    private: false,
    place,
    ...(data !== undefined && { data }),
  };
}

/** The bytes of an array, not copied. */
export function bytesOf(array: TypedArray | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
