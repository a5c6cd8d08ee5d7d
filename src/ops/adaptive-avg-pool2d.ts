import { requireFloat } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { dims4, formatShape, pair, type Shape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { adaptiveWindows, averageWindows, spreadWindows, type Window } from './kernels/windows.js';

/**
 * Means over as many windows as the output has places: x `[N, C, H, W]` → y `[N, C, …outputSize]`. Window i of H' covers
 * the rows ⌊i·H/H'⌋ … ⌈(i + 1)·H/H'⌉ − 1.
 */
export const adaptiveAvgPool2d = defineOp('adaptiveAvgPool2d', {
  saves: 'none',
  infer([x], { outputSize }) {
    const [n, c, height, width] = dims4('adaptiveAvgPool2d', 'input', x.shape);
    requireFloat('adaptiveAvgPool2d', 'the input', x.dtype);
    const size = pair('adaptiveAvgPool2d', 'outputSize', outputSize);
    if (height === 0 || width === 0)
      throw new ShapeError(
        'adaptiveAvgPool2d',
        `input ${formatShape(x.shape)} has empty planes, at least 1×1 is required`,
      );
    return [{ shape: [n, c, ...size], dtype: x.dtype }];
  },
  backward: (dy, [x]) => [() => adaptiveAvgPool2dBackward([dy], { shape: x.shape })],
  reference([x], [y]) {
    averageWindows(x, y, ...windows(x.shape, y.shape));
  },
});

/** The gradient of `adaptiveAvgPool2d`: dy `[N, C, H', W']` → dx of `shape`. */
export const adaptiveAvgPool2dBackward = defineOp('adaptiveAvgPool2dBackward', {
  infer: ([dy], { shape }) => [{ shape, dtype: dy.dtype }],
  reference([dy], [dx]) {
    spreadWindows(dy, dx, ...windows(dx.shape, dy.shape));
  },
});

function windows(x: Shape, y: Shape): readonly [Window[], Window[]] {
  return [adaptiveWindows(x[2] ?? 0, y[2] ?? 0), adaptiveWindows(x[3] ?? 0, y[3] ?? 0)];
}
