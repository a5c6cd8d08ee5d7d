import { Tensor } from '../tensor/tensor.js';

export interface BufferOptions {
  /**
   * Whether the buffer is part of the state dict.
   * @default true
   */
  persistent?: boolean;
  /**
   * A state dict without this buffer still loads: for buffers younger than the files people have.
   * @default false
   */
  optional?: boolean;
}

/**
 * A tensor that belongs to a module's state and is not trained, such as batch norm's running mean. A field that holds one
 * is registered by that alone, as a `Parameter` is.
 */
export class Buffer extends Tensor {
  readonly persistent: boolean;
  readonly optional: boolean;

  constructor(values: Tensor, { persistent = true, optional = false }: BufferOptions = {}) {
    super(values.storage, values.shape);
    this.persistent = persistent;
    this.optional = optional;
  }
}
