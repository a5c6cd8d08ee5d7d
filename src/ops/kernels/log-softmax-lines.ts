import type { TypedArray } from '../../core/dtype.js';
import { type Lines, lineStart } from './lines.js';

/** y = x − max − log Σ e^(x − max) along each line. */
export function logSoftmaxLines(x: TypedArray, y: TypedArray, lines: Lines): void {
  const { size, step } = lines;
  for (let line = 0; line < lines.count; line++) {
    const start = lineStart(lines, line);
    const end = start + size * step;
    let max = -Infinity;
    for (let i = start; i < end; i += step) max = Math.max(max, x[i] as number);
    let sum = 0;
    for (let i = start; i < end; i += step) sum += Math.exp((x[i] as number) - max);
    const scale = Math.log(sum); // Not one number with max, beside which it may vanish.
    for (let i = start; i < end; i += step) y[i] = (x[i] as number) - max - scale;
  }
}
