import { ShapeError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import { dropout } from '../ops/dropout.js';
import { drawKey } from '../ops/random.js';
import type { Tensor } from '../tensor/tensor.js';

export interface AttentionOptions {
  /** Added to the scores, or where bool, false forbids a place; broadcasts to `[…, L, S]`. @default null */
  attnMask?: Tensor | null;
  /** Share of the weights that is dropped. @default 0 */
  dropoutP?: number;
}

const readOptions = optionReader<AttentionOptions>('scaledDotProductAttention', {
  attnMask: true,
  dropoutP: true,
});

/**
 * softmax(q·kᵀ / √E + mask)·v (Vaswani et al., 2017, https://arxiv.org/abs/1706.03762): query `[…, L, E]`, key
 * `[…, S, E]`, value `[…, S, Ev]` → `[…, L, Ev]`.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...given: [options?: AttentionOptions]
): Tensor {
  const { attnMask = null, dropoutP = 0 } = readOptions(given);
  const [e, s] = [query.size(-1), key.size(-2)];
  if (key.size(-1) !== e || value.size(-2) !== s)
    throw new ShapeError(
      'scaledDotProductAttention',
      `query ${formatShape(query.shape)}, key ${formatShape(key.shape)} and value ${formatShape(value.shape)} ` +
        'must be […, L, E], […, S, E] and […, S, Ev]',
    );
  const scores = query.mul(1 / Math.sqrt(e)).matmul(key.transpose(-2, -1));
  const masked =
    attnMask === null
      ? scores
      : attnMask.dtype === 'bool'
        ? scores.maskedFill(attnMask.eq(0), Number.NEGATIVE_INFINITY)
        : scores.add(attnMask);
  const weights = masked.softmax(-1);
  return (dropoutP > 0 ? dropout([weights, drawKey()], { p: dropoutP }) : weights).matmul(value);
}
