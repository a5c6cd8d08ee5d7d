import { Tensor } from './tensor.js';

/** A tensor that a module owns and an optimizer trains: it requires a gradient unless told otherwise. */
export class Parameter extends Tensor {
  constructor(values: Tensor, { requiresGrad = true }: { requiresGrad?: boolean } = {}) {
    super(values.storage, values.shape);
    this.requiresGrad = requiresGrad;
  }
}
