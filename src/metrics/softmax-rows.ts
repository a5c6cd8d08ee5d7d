import type { Tensor } from '../tensor/tensor.js';

/** log softmax of each row of scores `[N, K]`, in doubles: `[N][K]`. */
export function logSoftmaxRows(scores: Tensor): Float64Array[] {
  const [count = 0, classes = 0] = scores.shape;
  const { data } = scores;
  return Array.from({ length: count }, (_, n) => {
    const row = Float64Array.from(data.subarray(n * classes, (n + 1) * classes));
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const sum = row.reduce((total, score) => total + Math.exp(score - largest), 0);
    const shift = largest + Math.log(sum);
    return row.map((score) => score - shift);
  });
}
