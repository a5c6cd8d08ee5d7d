import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { zeros } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';

export interface ClipGradNormOptions {
  /** Which norm: 1, 2, … or Infinity for the greatest magnitude. @default 2 */
  normType?: number;
}

const readOptions = optionReader<ClipGradNormOptions>('clipGradNorm', { normType: true });

/**
 * Scales all gradients so that their joint norm is at most `maxNorm`. Returns the norm before, a 0-d tensor: nothing is
 * read, so it can be part of a compiled step.
 */
export function clipGradNorm(
  params: Iterable<Tensor>,
  maxNorm: number,
  ...given: [options?: ClipGradNormOptions]
): Tensor {
  const { normType = 2 } = readOptions(given);
  if (!(maxNorm >= 0)) throw new ValueError('clipGradNorm', `maxNorm=${maxNorm} must be ≥ 0`);
  if (!(normType > 0)) throw new ValueError('clipGradNorm', `normType=${normType} must be > 0`);
  const found = withGradient(params);
  return noGrad(() => {
    const total = jointNorm(
      found.map(({ grad }) => grad),
      normType,
    );
    const coefficient = total.add(1e-6).pow(-1).mul(maxNorm).clamp(null, 1);
    for (const { param, grad } of found) param.grad = grad.mul(coefficient);
    return total;
  });
}

/** Cuts every element of every gradient to ±`clipValue`. */
export function clipGradValue(params: Iterable<Tensor>, clipValue: number): void {
  if (!(clipValue >= 0))
    throw new ValueError('clipGradValue', `clipValue=${clipValue} must be ≥ 0`);
  noGrad(() => {
    for (const { param, grad } of withGradient(params))
      param.grad = grad.clamp(-clipValue, clipValue);
  });
}

function withGradient(params: Iterable<Tensor>): { param: Tensor; grad: Tensor }[] {
  return [...params].flatMap((param) => {
    const { grad } = param;
    return grad === null ? [] : [{ param, grad }];
  });
}

function jointNorm(gradients: readonly Tensor[], type: number): Tensor {
  const [first, ...rest] = gradients.map((g) => {
    if (type === Number.POSITIVE_INFINITY) return g.abs().amax();
    return type === 2 ? g.square().sum() : g.abs().pow(type).sum();
  });
  if (first === undefined) return zeros([]);
  if (type === Number.POSITIVE_INFINITY) return rest.reduce((a, b) => a.maximum(b), first);
  const sum = rest.reduce((a, b) => a.add(b), first);
  return type === 2 ? sum.sqrt() : sum.pow(1 / type);
}
