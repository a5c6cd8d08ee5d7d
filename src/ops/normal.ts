import { type DType, requireFloat } from '../core/dtype.js';
import { unitFloat } from '../core/rng.js';
import type { Shape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { requireKey, visitBlocks } from './kernels/random.js';

export interface NormalAttrs {
  readonly shape: Shape;
  readonly mean: number;
  readonly std: number;
  readonly dtype: DType;
}

/** Normal deviates, of [key], two from each pair of words (Box & Muller, 1958, https://doi.org/10.1214/aoms/1177706645). */
export const normal = defineOp<NormalAttrs>('normal', {
  infer([key], { shape, dtype }) {
    requireKey('normal', key, shape);
    requireFloat('normal', 'the result', dtype);
    return [{ shape, dtype }];
  },
  reference([key], [{ data }], { mean, std }) {
    visitBlocks(key, data.length, (words, first) => {
      for (let i = first; i < Math.min(first + 4, data.length); i++) {
        const pair = (i - first) & 2;
        const radius = Math.sqrt(-2 * Math.log(1 - unitFloat(words[pair] as number)));
        const angle = 2 * Math.PI * unitFloat(words[pair + 1] as number);
        data[i] = mean + std * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
      }
    });
  },
});
