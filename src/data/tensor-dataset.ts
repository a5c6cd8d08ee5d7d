import { type TypedArray, viewOf } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { formatShape, numel, type Shape } from '../core/shape.js';
import type { NdArray } from '../graph/op.js';
import { Tensor } from '../tensor/tensor.js';
import type { Dataset, ModuleCall } from './dataset.js';
import { digest } from './fingerprint.js';
import { requireNdArray } from './nd-array.js';

/** A row of each tensor. */
export type Rows<A extends readonly unknown[]> = { readonly [K in keyof A]: NdArray };

/**
 * Tensors `[N, …]` as a data set: sample i is row i of each of them.
 *
 * The elements are read here and now; of tensors on a GPU that cannot be waited for `TensorDataset.open(x, y)` makes one.
 *
 * @throws ShapeError where the tensors have different numbers of rows, EngineError where their elements cannot be waited for
 * @example new DataLoader(new TensorDataset(x, y), { batchSize: 32 })
 */
export class TensorDataset<A extends readonly (Tensor | NdArray)[]> implements Dataset<Rows<A>> {
  readonly length: number;
  private readonly arrays: readonly NdArray[];

  constructor(...tensors: A) {
    const length = tensors[0]?.shape[0];
    if (length === undefined || tensors.some(({ shape }) => shape[0] !== length))
      throw new ShapeError(
        'TensorDataset',
        `shapes ${tensors.map(({ shape }) => formatShape(shape)).join(', ') || '(none)'} must agree in ` +
          'their first size, the number of samples',
      );
    this.length = length;
    tensors.forEach((array, i) => {
      if (!(array instanceof Tensor)) requireNdArray('TensorDataset', `argument ${i}`, array);
    });
    this.arrays = tensors.map(({ shape, dtype, data }) => ({ shape, dtype, data }));
  }

  /** The same of tensors on any engine, once their elements are here. @throws ShapeError as the constructor does */
  static async open<A extends readonly (Tensor | NdArray)[]>(
    ...tensors: A
  ): Promise<TensorDataset<A>> {
    for (const array of tensors) if (array instanceof Tensor) await array.dataAsync();
    return new TensorDataset(...tensors);
  }

  get(index: number): Rows<A> {
    const rows = this.arrays.map(({ shape, dtype, data }) => {
      const row: Shape = shape.slice(1);
      const size = numel(row);
      return { shape: row, dtype, data: data.subarray(index * size, (index + 1) * size) };
    });
    return rows as unknown as Rows<A>; // one row for each of A
  }

  /** Workers read the tensors in shared memory, one copy for all of them. */
  workerSpec(): ModuleCall {
    const argument = this.arrays.map((array) => ({ ...array, data: share(array) }));
    return { module: import.meta.url, name: 'openTensorDataset', argument };
  }

  async fingerprint(): Promise<string> {
    const parts = this.arrays.flatMap(({ shape, dtype, data }) => [
      `${dtype}${formatShape(shape)}`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]);
    return digest('TensorDataset', ...parts);
  }
}

/** @internal Makes the data set in a worker thread. */
export function openTensorDataset(arrays: readonly NdArray[]): TensorDataset<readonly NdArray[]> {
  return new TensorDataset(...arrays);
}

function share({ dtype, data }: NdArray): TypedArray {
  const shared = viewOf(dtype, new SharedArrayBuffer(data.byteLength), 0, data.length);
  shared.set(data);
  return shared;
}
