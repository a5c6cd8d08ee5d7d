import { requireFloat } from '../core/dtype.js';
import { unitFloat } from '../core/rng.js';
import { defineOp } from '../tensor/define-op.js';
import { requireKey, visitBlocks } from './kernels/random.js';

/** Normal deviates, of [key], two from each pair of words (Box & Muller, 1958, https://doi.org/10.1214/aoms/1177706645). */
export const normal = defineOp('normal', {
  infer([key], { shape, dtype }) {
    requireKey('normal', key, shape);
    requireFloat('normal', 'the result', dtype);
    return [{ shape, dtype }];
  },
  reference([key], [{ data }], { mean, std }) {
    visitBlocks(key, data.length, (words, first) => {
      for (let pair = 0; pair < 4; pair += 2) {
        const radius = std * Math.sqrt(-2 * Math.log(1 - unitFloat(words[pair] as number)));
        const angle = 2 * Math.PI * unitFloat(words[pair + 1] as number);
        data[first + pair] = mean + radius * Math.cos(angle); // what is written beyond the end is dropped
        data[first + pair + 1] = mean + radius * Math.sin(angle);
      }
    });
  },
});
