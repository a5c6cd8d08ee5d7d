import { ShapeError } from '../core/errors.js';
import { formatShape, numel, type Shape, stridesOf } from '../core/shape.js';
import type { SliceAttrs } from '../graph/attrs/movement.js';
import { defineOp } from '../tensor/define-op.js';
import { gatherStrided, scatterStrided } from './kernels/strided-copy.js';

/** A part of x: every step-th element of a range in each dimension. */
export const slice = defineOp('slice', {
  saves: 'none',
  infer: ([x], attrs) => [{ shape: slicedShape('slice', x.shape, attrs), dtype: x.dtype }],
  reference([x], [y], attrs) {
    const { strides, base } = walk(x.shape, attrs);
    gatherStrided(x.data, y, strides, base);
  },
  backward: (dy, [x], attrs) => [() => sliceBackward([dy], { ...attrs, shape: x.shape })],
});

/** dy in its place in zeros of `shape`. */
export const sliceBackward = defineOp('sliceBackward', {
  infer: ([dy], { shape }) => [{ shape, dtype: dy.dtype }],
  reference([dy], [dx], attrs) {
    const { strides, base } = walk(attrs.shape, attrs);
    dx.data.fill(0);
    scatterStrided(dy, dx.data, strides, base);
  },
});

function slicedShape(op: string, shape: Shape, { starts, ends, steps }: SliceAttrs): Shape {
  return shape.map((size, d) => {
    const [start, end, step] = [starts[d] ?? 0, ends[d] ?? 0, steps[d] ?? 1];
    if (start < 0 || end > size || step < 1)
      throw new ShapeError(
        op,
        `[${start}, ${end}, ${step}] is no range of dimension ${d} of ${formatShape(shape)}; ` +
          'it must be 0 ≤ start, end ≤ size, step ≥ 1',
      );
    return Math.max(0, Math.ceil((end - start) / step));
  });
}

/** How a walk over the slice moves in the whole. */
function walk(shape: Shape, { starts, steps }: SliceAttrs) {
  const strides = stridesOf(shape);
  return {
    strides: strides.map((stride, d) => stride * (steps[d] as number)),
    base:
      numel(shape) === 0 ? 0 : strides.reduce((sum, s, d) => sum + s * (starts[d] as number), 0),
  };
}
