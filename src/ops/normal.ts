import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { writeNormalPair } from './kernels/normal-deviates.js';
import { requireKey, visitBlocks } from './kernels/random.js';

/** Normal deviates, of [key], two from each pair of words. */
export const normal = defineOp('normal', {
  infer([key], { shape, dtype }) {
    requireKey('normal', key, shape);
    requireFloat('normal', 'the result', dtype);
    return [{ shape, dtype }];
  },
  reference([key], [{ data }], { mean, std }) {
    visitBlocks(key, data.length, (words, first) => {
      for (let k = 0; k < 4; k += 2)
        // What is written beyond the end is dropped.
        writeNormalPair(data, first + k, words[k] as number, words[k + 1] as number, mean, std);
    });
  },
});
