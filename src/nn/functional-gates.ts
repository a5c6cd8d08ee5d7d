/** Activation functions beyond the everyday ones. */
import { ShapeError } from '../core/errors.js';
import { formatShape, numel } from '../core/shape.js';
import type { SoftplusAttrs } from '../graph/attrs/elementwise.js';
import type { Tensor } from '../tensor/tensor.js';

/** min(max(x, 0), 6). */
export function relu6(x: Tensor): Tensor {
  return x.relu6();
}

/** x · relu6(x + 3) / 6. */
export function hardswish(x: Tensor): Tensor {
  return x.hardswish();
}

/** relu6(x + 3) / 6. */
export function hardsigmoid(x: Tensor): Tensor {
  return x.hardsigmoid();
}

/** x for x > 0, else alpha · (eˣ − 1). */
export function elu(x: Tensor, alpha = 1): Tensor {
  return x.elu(alpha);
}

/** x · tanh(ln(1 + eˣ)). */
export function mish(x: Tensor): Tensor {
  return x.mish();
}

/** ln(1 + e^(beta·x)) / beta, x itself where beta · x is above the threshold. */
export function softplus(
  x: Tensor,
  beta: SoftplusAttrs['beta'] = 1,
  threshold: SoftplusAttrs['threshold'] = 20,
): Tensor {
  return x.softplus({ beta, threshold });
}

/** x for x > 0, else weight · x; the weight `[1]`, or `[C]` for x `[N, C, …]`. */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const channels = numel(weight.shape);
  if (channels !== 1 && channels !== x.shape[1])
    throw new ShapeError(
      'prelu',
      `weight ${formatShape(weight.shape)} must hold 1 or ${x.shape[1] ?? 1} elements, as input ${formatShape(x.shape)} has channels`,
    );
  const rank = Math.max(x.ndim, 2);
  const slope = weight.reshape([channels, ...new Array<number>(rank - 2).fill(1)]);
  return x.relu().add(x.clamp(null, 0).mul(slope));
}
