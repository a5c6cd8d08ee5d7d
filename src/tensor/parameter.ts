import { optionReader } from '../core/options.js';
import { Tensor } from './tensor.js';

export interface ParameterOptions {
  /** @default true */
  requiresGrad?: boolean;
}

const readOptions = optionReader<ParameterOptions>('Parameter', { requiresGrad: true });

/** A tensor that a module owns and an optimizer trains: it requires a gradient unless told otherwise. */
export class Parameter extends Tensor {
  constructor(values: Tensor, ...given: [options?: ParameterOptions]) {
    super(values.storage, values.shape);
    this.requiresGrad = readOptions(given).requiresGrad ?? true;
  }
}
