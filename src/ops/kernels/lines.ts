import { numel, type Shape } from '../../core/shape.js';

/** The elements of a tensor along one dimension: `count` lines of `size` elements that lie `step` apart. */
export interface Lines {
  readonly size: number;
  readonly step: number;
  readonly count: number;
}

export function linesAlong(shape: Shape, dim: number): Lines {
  const size = shape[dim] ?? 1;
  const step = numel(shape.slice(dim + 1));
  return { size, step, count: numel(shape.slice(0, dim)) * step };
}

/** Where line number `line` starts. */
export function lineStart({ size, step }: Lines, line: number): number {
  return Math.floor(line / step) * size * step + (line % step);
}
