import { defineOp } from '../tensor/define-op.js';
import { requireKey, visitBlocks } from './kernels/random.js';

/** 0 … n − 1 in random order (Fisher–Yates), int32, of [key]. */
export const randperm = defineOp('randperm', {
  infer([key], { n }) {
    requireKey('randperm', key, [n]);
    return [{ shape: [n], dtype: 'int32' }];
  },
  reference([key], [{ data: order }], { n }) {
    for (let i = 0; i < n; i++) order[i] = i;
    // Word i decides which of the first n − i places goes to the end.
    visitBlocks(key, n, (words, first) => {
      for (let k = 0; k < 4 && first + k < n; k++) {
        const last = n - 1 - first - k;
        const place = Math.floor(((words[k] as number) / 2 ** 32) * (last + 1));
        const moved = order[last] as number;
        order[last] = order[place] as number;
        order[place] = moved;
      }
    });
  },
});
