/** The same elements in other places: repeated, reversed, moved round. */
import { ShapeError, ValueError } from '../../core/errors.js';
import { formatShape, normalizeDim, normalizeDims } from '../../core/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cat } from '../cat.js';
import { flip } from '../flip.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends RearrangementMethods {}
}

interface RearrangementMethods {
  /** The whole tensor repeated so often along each dimension, new ones in front (copied). */
  repeat(...counts: readonly number[]): Tensor;
  /** The order of elements along the dimensions reversed. */
  flip(...dims: readonly number[]): Tensor;
  /** Moved by `shifts` along `dims`; what leaves at one end comes in at the other. Without `dims`, of all elements in a row. */
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
}

function rolled(x: Tensor, shift: number, dim: number): Tensor {
  if (!Number.isInteger(shift))
    throw new ValueError('roll', `shift=${shift} must be a whole number`);
  const size = x.size(dim);
  const start = size === 0 ? 0 : ((shift % size) + size) % size;
  if (start === 0) return x;
  return cat([x.narrow(dim, size - start, start), x.narrow(dim, 0, size - start)], { dim });
}

install<RearrangementMethods>({
  repeat(...counts) {
    const added = counts.length - this.ndim;
    if (added < 0 || counts.some((n) => !Number.isInteger(n) || n < 0))
      throw new ShapeError(
        'repeat',
        `counts ${formatShape(counts)} of ${formatShape(this.shape)} must be whole numbers ≥ 0, at least one per dimension`,
      );
    const sizes = counts.map((_, d) => (d < added ? 1 : this.size(d - added)));
    const spread = sizes.flatMap((size) => [1, size]);
    const repeated = sizes.flatMap((size, d) => [counts[d] ?? 1, size]);
    return this.reshape(spread)
      .expand(repeated)
      .reshape(sizes.map((size, d) => size * (counts[d] ?? 1)));
  },
  flip(...dims) {
    return flip([this], { dims: normalizeDims('flip', dims, this.ndim) });
  },
  roll(shifts, dims) {
    if (dims === undefined) {
      if (typeof shifts !== 'number')
        throw new ValueError(
          'roll',
          'several shifts are given without dims; name a dimension for each',
        );
      return rolled(this.flatten(), shifts, 0).reshape(this.shape);
    }
    const by = typeof shifts === 'number' ? [shifts] : shifts;
    const along = typeof dims === 'number' ? [dims] : dims;
    if (by.length !== along.length)
      throw new ValueError(
        'roll',
        `${by.length} shifts for ${along.length} dims, one each is required`,
      );
    return along.reduce<Tensor>(
      (x, dim, i) => rolled(x, by[i] ?? 0, normalizeDim('roll', dim, x.ndim)),
      this,
    );
  },
});
