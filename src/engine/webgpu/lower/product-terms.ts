/** What a product is told: its factors, its sizes, and the part of each sum that a group makes. */
import type { Value } from '../../../graph/graph.js';

/** A or B. */
export interface Factor {
  /** Statements that set `v`, which is 0, to A(i, k) or B(k, j) of product `z`. */
  readonly fetch: string;
  /** Whether neighbours along k lie together in memory, or those along its `own` index, i or j. */
  readonly along: 'k' | 'own';
  /**
   * Where four elements along i or j, from a multiple of four on, lie together at a multiple of four: the number of the array
   * in `reads`, and the place of the first. Of B: only where results do, too.
   */
  readonly four?: { readonly array: number; readonly place: string };
}

export interface Product {
  readonly name: string;
  readonly reads: readonly Value[];
  readonly result: Value;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** So many products side by side: `z` is the number of one. @default 1 */
  readonly batch?: number;
  readonly a: Factor;
  readonly b: Factor;
  /** Where the element (i, j) of product `z` goes: a place in the result. */
  readonly place: string;
  /** What is written for sum `s`. @default s */
  readonly value?: string;
}

/** A product of which each sum may be cut into parts. */
export interface CutProduct extends Product {
  readonly batch: number;
  readonly value: string;
  readonly parts: number;
  /** Statements that set `z`, the part, `kStart` and `kEnd`. */
  readonly start: string;
}

/** Steps of k that parts are multiples of. */
export const depth = 16;

/** `product` with its sums in so many parts. */
export function cut(product: Product, parts: number): CutProduct {
  const { k, batch = 1, value = 's' } = product;
  const each = Math.ceil(Math.ceil(k / parts) / depth) * depth;
  const start =
    parts === 1
      ? `let z = wg.z; let kStart = 0u; let kEnd = ${k}u;`
      : `let z = wg.z / ${parts}u; let part = wg.z % ${parts}u;
  let kStart = min(part * ${each}u, ${k}u); let kEnd = min(kStart + ${each}u, ${k}u);`;
  return { ...product, batch, value, parts, start };
}
