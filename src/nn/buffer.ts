import { optionReader } from '../core/options.js';
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

const readOptions = optionReader<BufferOptions>('Buffer', { persistent: true, optional: true });

/**
 * A tensor that belongs to a module's state and is not trained, such as batch norm's running mean. A field that holds one
 * is registered by that alone, as a `Parameter` is.
 */
export class Buffer extends Tensor {
  readonly persistent: boolean;
  readonly optional: boolean;

  constructor(values: Tensor, ...given: [options?: BufferOptions]) {
    super(values.storage, values.shape);
    const { persistent = true, optional = false } = readOptions(given);
    this.persistent = persistent;
    this.optional = optional;
  }
}
