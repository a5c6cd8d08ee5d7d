/** Elements in order of size. */
import { ShapeError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { formatShape, normalizeDim } from '../../core/shape.js';
import { operands } from '../../graph/op.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sort } from '../sort.js';
import { ValuesAndIndices } from '../values-and-indices.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends OrderingMethods {}
}

interface OrderingMethods {
  /** The elements in order along `dim`, and where they stood (int32); equal ones keep their order. @default dim −1 */
  sort(dim?: number, ...given: [options?: SortOptions]): ValuesAndIndices;
  /** Where the elements of `sort` stood: int32. @default dim −1 */
  argsort(dim?: number, ...given: [options?: SortOptions]): Tensor;
  /** The `k` largest elements along `dim`, largest first, and where they are (int32). @default dim −1 */
  topk(k: number, dim?: number, ...given: [options?: TopkOptions]): ValuesAndIndices;
}

export interface SortOptions {
  /** The largest first. @default false */
  descending?: boolean;
}

export interface TopkOptions {
  /** The largest, or the smallest, smallest first. @default true */
  largest?: boolean;
}

const readSort = optionReader<SortOptions>('sort', { descending: true });
const readTopk = optionReader<TopkOptions>('topk', { largest: true });

function ordered(
  subject: string,
  x: Tensor,
  dim: number,
  descending: boolean,
  count?: number,
): ValuesAndIndices {
  const along = normalizeDim(subject, dim, x.ndim);
  const attrs = { dim: along, descending, count: count ?? x.shape[along] ?? 1 };
  const outputs = operands(sort.all([x], attrs));
  return new ValuesAndIndices(outputs[0], outputs[1]);
}

install<OrderingMethods>({
  sort(dim = -1, ...given) {
    const { descending = false } = readSort(given);
    return ordered('sort', this, dim, descending);
  },
  argsort(dim = -1, ...given) {
    const { descending = false } = readSort(given, 'argsort');
    return ordered('argsort', this, dim, descending).indices;
  },
  topk(k, dim = -1, ...given) {
    const { largest = true } = readTopk(given);
    const size = this.shape[normalizeDim('topk', dim, this.ndim)] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > size)
      throw new ShapeError(
        'topk',
        `k=${k} must be a whole number from 0 to ${size}, the size of dimension ${dim} of ${formatShape(this.shape)}`,
      );
    return ordered('topk', this, dim, largest, k);
  },
});
