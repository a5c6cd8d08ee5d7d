import type { Tensor } from '../tensor/tensor.js';

/**
 * What `max(dim)`, `sort` and their like give: by name, or in PyTorch's order.
 *
 * @example const [, predicted] = logits.max(1); const { values, indices } = logits.topk(5);
 */
export class ValuesAndIndices implements Iterable<Tensor> {
  constructor(
    readonly values: Tensor,
    /** Positions along the dimension, int32. */
    readonly indices: Tensor,
  ) {}

  get 0(): Tensor {
    return this.values;
  }

  get 1(): Tensor {
    return this.indices;
  }

  *[Symbol.iterator](): Iterator<Tensor> {
    yield this.values;
    yield this.indices;
  }

  /** `console.log` prints the same in Node. */
  toString(): string {
    return `ValuesAndIndices(\nvalues=${this.values},\nindices=${this.indices})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
