import { requireFloat } from '../core/dtype.js';
import { dims4, type Shape } from '../core/shape.js';
import type { AvgPool2dAttrs } from '../graph/attrs/layers.js';
import { defineOp } from '../tensor/define-op.js';
import {
  averageWindows,
  pooledSize,
  slidingWindows,
  spreadWindows,
  type Window,
} from './kernels/windows.js';

/** The mean of each window: x `[N, C, H, W]` → y `[N, C, H', W']`. */
export const avgPool2d = defineOp('avgPool2d', {
  saves: 'none',
  infer([x], attrs) {
    const [n, c] = dims4('avgPool2d', 'input', x.shape);
    requireFloat('avgPool2d', 'the input', x.dtype);
    return [{ shape: [n, c, ...pooledSize('avgPool2d', x.shape, attrs)], dtype: x.dtype }];
  },
  backward: (dy, [x], attrs) => [() => avgPool2dBackward([dy], { ...attrs, shape: x.shape })],
  reference([x], [y], attrs) {
    averageWindows(x, y, ...windows(x.shape, y.shape, attrs));
  },
});

/** The gradient of `avgPool2d`: dy `[N, C, H', W']` → dx of `shape`. */
export const avgPool2dBackward = defineOp('avgPool2dBackward', {
  infer: ([dy], { shape }) => [{ shape, dtype: dy.dtype }],
  reference([dy], [dx], attrs) {
    spreadWindows(dy, dx, ...windows(dx.shape, dy.shape, attrs));
  },
});

function windows(x: Shape, y: Shape, attrs: AvgPool2dAttrs): readonly [Window[], Window[]] {
  const along = (axis: 0 | 1) => {
    const found = slidingWindows(x[2 + axis] ?? 0, attrs, axis, y[2 + axis] ?? 0);
    if (attrs.countIncludePad) return found;
    return found.map(({ start, end }) => ({ start, end, extent: end - start }));
  };
  return [along(0), along(1)];
}
