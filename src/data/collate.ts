/** Samples into batches of tensors. */
import type { TypedArray } from '../core/dtype.js';
import type { NdArray } from '../graph/op.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { collateArrays, isRecord, mapRecord } from './collate-arrays.js';
import { isNdArray, requireNdArray } from './nd-array.js';

/** What a batch of `T` is: arrays and numbers become one tensor each, texts a list; tuples and objects keep their form. */
export type Collated<T> = T extends NdArray | TypedArray | number | boolean
  ? Tensor
  : T extends string
    ? readonly string[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Collated<T[K]> }
      : T extends object
        ? { readonly [K in keyof T]: Collated<T[K]> }
        : never;

/**
 * Stacks samples: arrays `[…]` → tensor `[N, …]`, whole numbers and booleans → int32 and bool `[N]`, texts → a list.
 *
 * @throws ShapeError when samples differ in shape
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  return toTensors(collateArrays(samples)) as Collated<T>; // the same tree, by construction
}

/** The tree with its arrays as tensors, which share them. */
export function toTensors(tree: unknown): unknown {
  if (isNdArray(tree)) {
    requireNdArray('DataLoader', 'the batch', tree); // getBatch is the data set's own
    return fromArray(tree.data, tree.shape, tree.dtype);
  }
  if (Array.isArray(tree)) return tree.map(toTensors);
  return isRecord(tree) ? mapRecord(tree, toTensors) : tree;
}
