import type { TypedArray } from '../../core/dtype.js';
import type { NdArray } from '../../graph/op.js';

/** Writes `values` to y, converted to its type. */
export function convertInto(values: TypedArray, { data, dtype }: NdArray): void {
  if (dtype === 'bool') for (let i = 0; i < data.length; i++) data[i] = values[i] === 0 ? 0 : 1;
  else data.set(values);
}
