import { onesLike } from './creation.js';
import type { GradNode, Tensor } from './tensor.js';

/**
 * Gives a tensor a past that gradients cannot go through: it requires a gradient, as it would had the past been kept, and
 * `backward()` throws what `refusal` makes. Returns the tensor.
 */
export function severPast(tensor: Tensor, refusal: () => Error): Tensor {
  const op: GradNode['op'] = {
    name: 'compiledStep',
    backward() {
      throw refusal();
    },
  };
  end ??= onesLike(tensor);
  const node: GradNode = {
    op,
    attrs: {},
    sequence: 0,
    edges: [end],
    saved: { inputs: [], outputs: [] },
  };
  tensor.attach(node);
  return tensor;
}

/** Where a severed past leads: to a leaf of nobody's. */
let end: Tensor | undefined;
