import { ValueError } from '../../core/errors.js';
import type { NdArray } from '../../graph/op.js';

const limit = 2 ** 31;

/** Writes results to y; int32 takes no others than it can hold. */
export function setExact(op: string, { data, dtype }: NdArray, values: Float64Array): void {
  if (dtype === 'int32')
    for (const value of values)
      if (value >= limit || value < -limit)
        throw new ValueError(
          op,
          `the result ${value} is beyond int32, whole numbers from −2³¹ to 2³¹ − 1; convert the input with .to('float64') first`,
        );
  data.set(values);
}
